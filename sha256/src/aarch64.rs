//! Two to four streams with the SHA instructions of aarch64.
//!
//! Written with intrinsics, which leave the registers to the compiler: 32 are enough for the states
//! and the messages of four streams. Never reads beyond the blocks that it gets.

use std::arch::{
    aarch64::{
        uint32x4_t, vaddq_u32, vdupq_n_u32, vld1q_u8, vld1q_u32, vreinterpretq_u32_u8, vrev32q_u8,
        vsha256h2q_u32, vsha256hq_u32, vsha256su0q_u32, vsha256su1q_u32, vst1q_u32,
    },
    is_aarch64_feature_detected,
};

use crate::{BLOCK, Block, State, lanes::ROUND_CONSTANTS};

/// Proves that the processor has the instructions.
#[derive(Clone, Copy)]
pub(crate) struct Instructions(());

impl Instructions {
    pub(crate) fn detect() -> Option<Self> {
        // Miri does not execute the instructions.
        (!cfg!(miri) && is_aarch64_feature_detected!("sha2")).then_some(Self(()))
    }

    /// Compresses blocks of `N` streams. Stops at the end of the shortest.
    pub(crate) fn compress<const N: usize>(self, states: &mut [State; N], blocks: [&[Block]; N]) {
        // SAFETY: `self` proves that the processor has the instructions.
        unsafe { compress(states, blocks) }
    }
}

#[expect(clippy::needless_range_loop, reason = "an index selects an element of several arrays")]
#[target_feature(enable = "sha2")]
fn compress<const N: usize>(states: &mut [State; N], blocks: [&[Block]; N]) {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let zero = [vdupq_n_u32(0); N];
    let (mut abcd, mut efgh) = (zero, zero);
    for i in 0..N {
        [abcd[i], efgh[i]] = [load_words(&states[i], 0), load_words(&states[i], 4)];
    }
    for block in 0..count {
        let (old_abcd, old_efgh) = (abcd, efgh);
        let mut words = [zero; 4];
        // The rounds of all streams alternate, so that none waits for the one before it.
        for group in 0..16 {
            let [w0, w1, w2, w3] = [0, 1, 2, 3].map(|j| (group + j) % 4);
            let constants = load_words(&ROUND_CONSTANTS, 4 * group);
            for i in 0..N {
                words[w0][i] = if group < 4 {
                    load_message(&blocks[i][block], 16 * group)
                } else {
                    let message = vsha256su0q_u32(words[w0][i], words[w1][i]);
                    vsha256su1q_u32(message, words[w2][i], words[w3][i])
                };
                let message = vaddq_u32(words[w0][i], constants);
                let before = abcd[i];
                abcd[i] = vsha256hq_u32(before, efgh[i], message);
                efgh[i] = vsha256h2q_u32(efgh[i], before, message);
            }
        }
        for i in 0..N {
            abcd[i] = vaddq_u32(abcd[i], old_abcd[i]);
            efgh[i] = vaddq_u32(efgh[i], old_efgh[i]);
        }
    }
    for i in 0..N {
        let (front, back) = states[i].split_at_mut(4);
        // SAFETY: each half of a state has the four words that are written.
        unsafe {
            vst1q_u32(front.as_mut_ptr(), abcd[i]);
            vst1q_u32(back.as_mut_ptr(), efgh[i]);
        }
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn load_words(words: &[u32], start: usize) -> uint32x4_t {
    let words = &words[start..start + 4];
    // SAFETY: the slice has the four words that are read.
    unsafe { vld1q_u32(words.as_ptr()) }
}

/// Reads four big-endian words.
#[inline]
#[target_feature(enable = "neon")]
fn load_message(block: &[u8; BLOCK], start: usize) -> uint32x4_t {
    let bytes = &block[start..start + 16];
    // SAFETY: the slice has the 16 bytes that are read.
    vreinterpretq_u32_u8(vrev32q_u8(unsafe { vld1q_u8(bytes.as_ptr()) }))
}
