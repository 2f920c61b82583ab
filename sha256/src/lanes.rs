//! [`Backend`]: which streams are compressed together, and with which instructions.
//!
//! Relies on the modules of the processors for streams together, and on `sha2` for a stream alone.

use std::{collections::BinaryHeap, env, sync::OnceLock};

use sha2::block_api::compress256;

use crate::{Block, State};

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
use crate::aarch64::Instructions;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
use crate::x86::Instructions;

/// Maximum number of streams that are compressed together.
const MAX_LANES: usize = 4;

/// Number of blocks after which a stream can give its place to one with more blocks, so that all
/// streams end at about the same time and none is left alone.
pub(crate) const TURN: usize = 256;

/// A stream and its next blocks.
pub(crate) struct Lane<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) blocks: &'a [Block],
}

/// The instructions that compress streams together; `None` if `sha2` compresses each alone.
#[derive(Clone, Copy)]
pub(crate) struct Backend(Option<Instructions>);

impl Backend {
    /// Returns the backend of this process.
    pub(crate) fn chosen() -> Self {
        static CHOSEN: OnceLock<Backend> = OnceLock::new();
        *CHOSEN.get_or_init(|| match env::var_os("OCIGRAPH_SHA256") {
            Some(name) if name == "portable" => Self::portable(),
            _ => Self::detected(),
        })
    }

    /// Returns the backend with the instructions of this processor.
    pub(crate) fn detected() -> Self {
        Self(Instructions::detect())
    }

    pub(crate) const fn portable() -> Self {
        Self(None)
    }

    /// Compresses all blocks of each lane.
    pub(crate) fn compress(self, lanes: &mut [Lane<'_>]) {
        let Some(instructions) = self.0 else {
            return lanes.iter_mut().for_each(|lane| compress256(lane.state, lane.blocks));
        };
        let length = |lanes: &[Lane<'_>], i: usize| (lanes[i].blocks.len(), i);
        let mut waiting: BinaryHeap<_> = (0..lanes.len()).map(|i| length(lanes, i)).collect();
        loop {
            let longest: Vec<(usize, usize)> = std::iter::from_fn(|| waiting.pop())
                .take(MAX_LANES)
                .take_while(|(blocks, _)| *blocks > 0)
                .collect();
            let Some(&(shortest, _)) = longest.last() else { return };
            let count = if waiting.is_empty() { shortest } else { shortest.min(TURN) };
            match longest[..] {
                [(_, a), (_, b)] => together(instructions, lanes, [a, b], count),
                [(_, a), (_, b), (_, c)] => together(instructions, lanes, [a, b, c], count),
                [(_, a), (_, b), (_, c), (_, d)] => {
                    together(instructions, lanes, [a, b, c, d], count);
                }
                _ => {
                    let lane = &mut lanes[longest[0].1];
                    compress256(lane.state, lane.blocks);
                    return;
                }
            }
            waiting.extend(longest.iter().map(|(_, i)| length(lanes, *i)));
        }
    }
}

/// Compresses the next `count` blocks of `N` lanes.
fn together<const N: usize>(
    instructions: Instructions,
    lanes: &mut [Lane<'_>],
    which: [usize; N],
    count: usize,
) {
    let mut states = which.map(|i| *lanes[i].state);
    instructions.compress(&mut states, which.map(|i| &lanes[i].blocks[..count]));
    for (i, state) in which.into_iter().zip(states) {
        *lanes[i].state = state;
        lanes[i].blocks = &lanes[i].blocks[count..];
    }
}

/// No instructions are known for this processor.
#[cfg(not(any(
    all(target_arch = "aarch64", target_endian = "little"),
    all(target_arch = "x86_64", target_pointer_width = "64")
)))]
#[derive(Clone, Copy)]
enum Instructions {}

#[cfg(not(any(
    all(target_arch = "aarch64", target_endian = "little"),
    all(target_arch = "x86_64", target_pointer_width = "64")
)))]
impl Instructions {
    fn detect() -> Option<Self> {
        None
    }

    fn compress<const N: usize>(self, _: &mut [State; N], _: [&[Block]; N]) {
        match self {}
    }
}

/// The constants of the rounds (FIPS 180-4, section 4.2.2).
#[cfg(any(
    all(target_arch = "aarch64", target_endian = "little"),
    all(target_arch = "x86_64", target_pointer_width = "64")
))]
#[rustfmt::skip]
pub(crate) const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];
