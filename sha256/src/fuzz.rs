//! Fuzz target: streams of any length, updated in any pieces, have the hashes of the crate `sha2`.
//!
//! As a test it runs for a second; `make fuzz` runs it for longer.

use bolero::{TypeGenerator, check, produce_with};

use crate::{
    Sha256, digest_many_with, finalize_many_with,
    lanes::Backend,
    tests::{content, expected},
    update_many_with,
};

/// A stream: where its content begins, and the lengths of its pieces.
#[derive(Debug, Clone, TypeGenerator)]
struct Stream {
    start: u8,
    #[generator(produce_with::<Vec<Piece>>().len(0..6usize))]
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, TypeGenerator)]
enum Piece {
    Bytes(u8),
    Blocks(u8),
    /// Around the end of a block.
    Near(u8, i8),
    Long(u16),
}

impl Piece {
    fn length(&self) -> usize {
        match *self {
            Piece::Bytes(bytes) => bytes.into(),
            Piece::Blocks(blocks) => usize::from(blocks) * 64,
            Piece::Near(blocks, by) => {
                (usize::from(blocks) * 64).saturating_add_signed(isize::from(by % 10))
            }
            Piece::Long(bytes) => bytes.into(),
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "it runs for a time, not for a number of inputs")]
fn all_paths_give_the_hashes_of_sha2() {
    let bytes = content(8 << 16, 1);
    let streams = produce_with::<Vec<Stream>>().len(0..10usize);
    check!().with_generator(streams).for_each(|streams| {
        let messages: Vec<&[u8]> = streams
            .iter()
            .map(|stream| {
                let length: usize = stream.pieces.iter().map(Piece::length).sum();
                &bytes[stream.start.into()..][..length]
            })
            .collect();
        let hashes: Vec<_> = messages.iter().map(|message| expected(message)).collect();
        for backend in [Backend::detected(), Backend::portable()] {
            assert_eq!(digest_many_with(backend, &messages), hashes);
            assert_eq!(in_pieces(backend, streams, &messages), hashes);
        }
    });
}

fn in_pieces(backend: Backend, streams: &[Stream], messages: &[&[u8]]) -> Vec<[u8; 32]> {
    let mut hashes = vec![Sha256::new(); streams.len()];
    let mut rests = messages.to_vec();
    let turns = streams.iter().map(|stream| stream.pieces.len()).max().unwrap_or(0);
    for turn in 0..turns {
        let pieces = streams.iter().zip(&mut rests).map(|(stream, rest)| {
            let piece;
            let length = stream.pieces.get(turn).map_or(0, Piece::length);
            (piece, *rest) = rest.split_at(length);
            piece
        });
        update_many_with(backend, &mut hashes.iter_mut().zip(pieces).collect::<Vec<_>>());
    }
    finalize_many_with(backend, &mut hashes)
}
