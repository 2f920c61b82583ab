//! Compares both paths with the vectors of the standard and with the crate `sha2`.

use sha2::Digest as _;

use crate::{
    BLOCK, Sha256, digest_many, digest_many_with, finalize_many_with,
    lanes::{Backend, TURN},
    update_many_with,
};

const BACKENDS: [fn() -> Backend; 2] = [Backend::detected, Backend::portable];

/// Lengths of pieces. Miri is slow.
const STEPS: &[usize] = if cfg!(miri) {
    &[BLOCK - 1]
} else {
    &[1, 3, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK - 7]
};

/// Content without a period that divides the size of a block.
pub(crate) fn content(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|i| ((i + seed) * 131 % 251) as u8 ^ (i >> 8) as u8).collect()
}

pub(crate) fn expected(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

#[test]
fn the_vectors_of_the_standard_are_met() {
    let million = vec![b'a'; if cfg!(miri) { 0 } else { 1_000_000 }];
    let vectors: [(&[u8], &str); 5] = [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ),
        (&million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ];
    let vectors = &vectors[..if cfg!(miri) { 4 } else { 5 }];
    let hex = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let messages: Vec<&[u8]> = vectors.iter().map(|(message, _)| *message).collect();
    for backend in BACKENDS {
        let found = digest_many_with(backend(), &messages);
        for ((message, hash), found) in vectors.iter().zip(found) {
            assert_eq!(hex(found), *hash);
            let mut alone = Sha256::new();
            alone.update(message);
            assert_eq!(hex(alone.finalize()), *hash);
        }
    }
    let found: Vec<String> = digest_many(&messages).into_iter().map(hex).collect();
    assert!(found.iter().eq(vectors.iter().map(|(_, hash)| hash)));
}

#[test]
fn each_length_gives_the_hash_of_sha2_in_any_number_of_streams() {
    let longest = if cfg!(miri) { 2 * BLOCK + 2 } else { 260 };
    let messages: Vec<Vec<u8>> = (0..=longest)
        .step_by(if cfg!(miri) { 11 } else { 1 })
        .map(|length| content(length, length))
        .collect();
    let hashes: Vec<_> = messages.iter().map(|message| expected(message)).collect();
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    for backend in BACKENDS {
        for streams in 1..=if cfg!(miri) { 2 } else { 9 } {
            let found = messages.chunks(streams).flat_map(|m| digest_many_with(backend(), m));
            assert!(found.eq(hashes.iter().copied()), "{streams} streams");
        }
        assert_eq!(digest_many_with(backend(), &messages), hashes);
    }
}

#[test]
fn streams_of_unequal_length_and_alignment_end_at_their_own_time() {
    let unit = if cfg!(miri) { 1 } else { TURN };
    let borders: Vec<usize> = [0, 1, 2, 3, 5, 9]
        .iter()
        .flat_map(|turns| [0, 1, BLOCK - 9, BLOCK - 8, BLOCK].map(|n| turns * unit * BLOCK + n))
        .collect();
    for streams in 1..=if cfg!(miri) { 3 } else { 9 } {
        let messages: Vec<Vec<u8>> = (0..streams * 4)
            .map(|i| content(borders[(i * 7 + streams) % borders.len()] + i, i))
            .collect();
        for backend in BACKENDS {
            for group in messages.chunks(streams) {
                let unaligned: Vec<&[u8]> =
                    group.iter().enumerate().map(|(i, m)| &m[i..]).collect();
                let hashes: Vec<_> = unaligned.iter().map(|message| expected(message)).collect();
                assert_eq!(digest_many_with(backend(), &unaligned), hashes);
            }
        }
    }
}

#[test]
fn updates_can_be_split_anywhere() {
    let length = if cfg!(miri) { 3 * BLOCK } else { 9 * BLOCK + 5 };
    let messages: Vec<Vec<u8>> = (0..5).map(|seed| content(length + 17 * seed, seed)).collect();
    for backend in BACKENDS {
        for step in STEPS {
            let mut streams = vec![Sha256::new(); messages.len()];
            let mut rests: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            while rests.iter().any(|rest| !rest.is_empty()) {
                let pieces = rests.iter_mut().enumerate().map(|(i, rest)| {
                    let piece;
                    (piece, *rest) = rest.split_at(rest.len().min(*step + i));
                    piece
                });
                let mut updates: Vec<_> = streams.iter_mut().zip(pieces).collect();
                update_many_with(backend(), &mut updates);
            }
            let clones: Vec<_> = streams.iter().map(|stream| stream.clone().finalize()).collect();
            let hashes: Vec<_> = messages.iter().map(|message| expected(message)).collect();
            assert_eq!(clones, hashes);
            assert_eq!(finalize_many_with(backend(), &mut streams), hashes);
        }
    }
}

#[test]
fn a_stream_reads_pieces_as_sha2_does() {
    for cut in (0..=2 * BLOCK + 1).step_by(if cfg!(miri) { BLOCK / 2 } else { 1 }) {
        let message = content(3 * BLOCK + 1, cut);
        let mut stream = Sha256::default();
        stream.update(&message[..cut]);
        stream.update(&[]);
        stream.update(&message[cut..]);
        assert_eq!(stream.finalize(), expected(&message), "{cut}");
    }
}

#[test]
fn the_debug_form_has_no_state() {
    let mut stream = Sha256::new();
    stream.update(b"secret");
    assert_eq!(format!("{stream:?}"), "Sha256 { length: 6, .. }");
}
