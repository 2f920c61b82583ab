//! Limits and damaged archives: nothing is written.

use super::*;

#[test]
fn an_archive_beyond_a_limit_is_refused() {
    let small = UnpackLimits { entries: 3, bytes: 20_000, ratio: 10 };
    let big = "x".repeat(20_000);
    let many = (0..4).fold(Hostile::new(), |a, i| a.file(&format!("t/{i}"), ""));
    let deep = format!("t/{}x", "d/".repeat(40));
    let mut long = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(3 << 20);
    header.set_cksum();
    long.append(&header, io::repeat(b'n').take(3 << 20)).unwrap();
    for (what, limits, archive) in [
        ("20000 bytes", small, Hostile::new().file("t/x", &big).bytes()),
        ("20000 bytes", small, Hostile::new().entry(Directory, "t/d", "", big.as_bytes()).bytes()),
        ("3 entries", small, many.bytes()),
        ("bytes of headers", UnpackLimits::default(), long.into_inner().unwrap()),
    ] {
        let out = tempfile::tempdir().unwrap();
        for archive in [gzip(&archive), zstd::encode_all(&archive[..], 1).unwrap(), archive] {
            let error = unpack(&archive[..], "t", out.path(), None, &limits, false).unwrap_err();
            assert_eq!(error.code(), Code::TooLarge, "{error}");
            assert!(error.message().contains(what), "{error}");
            assert_eq!(listing(out.path()), [] as [String; 0]);
        }
    }
    let out = tempfile::tempdir().unwrap();
    unpack(&Hostile::new().file(&deep, "").bytes()[..], "t", out.path(), None, &small, false)
        .unwrap();
    assert!(out.path().join(deep).exists());
}

#[test]
fn a_decompression_bomb_exceeds_the_ratio() {
    let zeros = io::repeat(0).take(80 << 20);
    let mut header = tar::Header::new_gnu();
    header.set_path("t/zeros").unwrap();
    header.set_size(80 << 20);
    header.set_mode(0o644);
    header.set_cksum();
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    tar.append(&header, zeros).unwrap();
    let bomb = tar.into_inner().unwrap().finish().unwrap();

    let out = tempfile::tempdir().unwrap();
    let error = unpack_to(out.path(), "t", &bomb).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
    assert!(error.message().contains("1000 times"), "{error}");
    assert_eq!(listing(out.path()), [] as [String; 0]);
    let limits = UnpackLimits { ratio: u64::MAX, ..Default::default() };
    unpack(&bomb[..], "t", out.path(), None, &limits, false).unwrap();
}

#[test]
fn damaged_archives_leave_nothing() {
    let whole = gzip(&Hostile::new().file("t/x", &"content ".repeat(500)).bytes());
    let plain = Hostile::new().file("t/x", &"content ".repeat(500)).bytes();
    let cut = |bytes: &[u8], at: usize| bytes[..at].to_vec();
    for archive in [
        Vec::new(),
        b"no archive".to_vec(),
        vec![b'x'; 2000],
        cut(&whole, 5),
        cut(&whole, whole.len() / 2),
        cut(&whole, whole.len() - 4),
        cut(&plain, 600),
        [&whole[..], b"trailing"].concat(),
        gzip(b""),
    ] {
        let out = tempfile::tempdir().unwrap();
        let error = unpack_to(&out.path().join("new"), "t", &archive).unwrap_err();
        assert_eq!(error.code(), Code::Io, "{error}");
        assert!(error.message().contains("\"t\""), "{error}");
        assert_eq!(listing(out.path()), [] as [String; 0]);
    }
}

/// Returns its bytes one at a time, and an error at the end if the flag is set.
struct FailsAtEnd<'a>(&'a [u8], bool);

impl Read for FailsAtEnd<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.split_first() {
            None if self.1 => Err(io::Error::other(Error::new(Code::DigestMismatch, "wrong blob"))),
            None => Ok(0),
            Some((first, rest)) => {
                buffer[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
    }
}

#[test]
fn a_blob_with_a_wrong_digest_leaves_nothing() {
    let archive = Hostile::new().file("t/x", "x").bytes();
    for archive in [gzip(&archive), zstd::encode_all(&archive[..], 1).unwrap(), archive] {
        let out = tempfile::tempdir().unwrap();
        let read = |reader: &mut FailsAtEnd<'_>| {
            unpack(reader, "t", out.path(), None, &UnpackLimits::default(), false)
        };
        assert!(read(&mut FailsAtEnd(&archive, true)).is_err());
        assert_eq!(listing(out.path()), [] as [String; 0]);
        read(&mut FailsAtEnd(&archive, false)).unwrap();
        assert_eq!(listing(out.path()), ["t/", "t/x"]);
    }
    // A damaged archive is read to its end, where the reader reports the cause.
    let mut reader = FailsAtEnd(b"damaged", false);
    unpack(&mut reader, "t", Path::new("unused"), None, &UnpackLimits::default(), false)
        .unwrap_err();
    assert!(reader.0.is_empty());
}
