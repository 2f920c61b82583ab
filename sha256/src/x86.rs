//! Two to four streams with the SHA instructions of x86-64.
//!
//! Written in assembly, because compilers keep the states of four streams in memory and reorder the
//! rounds, which costs a fifth of the speed. The rounds of each stream are followed by the part of the
//! message schedule that its next rounds need. Relies on nothing but the sizes of its arguments, and
//! never reads beyond them.

use std::arch::asm;

use crate::{Block, State, lanes::ROUND_CONSTANTS};

/// Proves that the processor has the instructions.
#[derive(Clone, Copy)]
pub(crate) struct Instructions(());

impl Instructions {
    pub(crate) fn detect() -> Option<Self> {
        // Miri does not execute assembly.
        let found =
            !cfg!(miri) && is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx");
        found.then_some(Self(()))
    }

    /// Compresses blocks of `N` streams, two to four. Stops at the end of the shortest.
    pub(crate) fn compress<const N: usize>(self, states: &mut [State; N], blocks: [&[Block]; N]) {
        const { assert!(2 <= N && N <= 4) };
        let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
        if count == 0 {
            return;
        }
        let mut work = Work::new(states);
        let pointers = blocks.map(|blocks| blocks.as_ptr());
        // SAFETY: `self` proves that the processor has the instructions. Each pointer is that of at
        // least `count` blocks, `count` is not 0, and `work` is an exclusive reference.
        unsafe {
            match pointers[..] {
                [a, b] => two(&mut work, [a, b], count),
                [a, b, c] => three(&mut work, [a, b, c], count),
                [a, b, c, d] => four(&mut work, [a, b, c, d], count),
                _ => unreachable!("checked at compile time"),
            }
        }
        work.store(states);
    }
}

/// The memory that the assembly uses.
#[repr(C, align(64))]
struct Work {
    /// Two vectors for each stream, in the order of `sha256rnds2`: f, e, b, a and h, g, d, c.
    states: [[[u32; 4]; 2]; 4],
    /// The message schedule of each stream.
    words: [[[u32; 4]; 16]; 4],
}

impl Work {
    fn new(states: &[State]) -> Self {
        let mut work = Self { states: [[[0; 4]; 2]; 4], words: [[[0; 4]; 16]; 4] };
        for (vectors, &[a, b, c, d, e, f, g, h]) in work.states.iter_mut().zip(states) {
            *vectors = [[f, e, b, a], [h, g, d, c]];
        }
        work
    }

    fn store(&self, states: &mut [State]) {
        for (state, &[[f, e, b, a], [h, g, d, c]]) in states.iter_mut().zip(&self.states) {
            *state = [a, b, c, d, e, f, g, h];
        }
    }
}

#[repr(C, align(64))]
struct Constants {
    rounds: [u32; 64],
    /// The operand of `vpshufb` that reverses the bytes of each word: a block is big-endian.
    reverse: [u32; 4],
}

static CONSTANTS: Constants = Constants {
    rounds: ROUND_CONSTANTS,
    reverse: [0x0001_0203, 0x0405_0607, 0x0809_0a0b, 0x0c0d_0e0f],
};

/// Writes the rounds 4 * `group` to 4 * `group` + 3 of a stream.
#[rustfmt::skip]
macro_rules! rounds {
    ($group:literal, $abef:literal, $cdgh:literal, $words:literal) => {
        concat!(
            "vpaddd xmm0, ", $words, ", [{constants} + 16*", $group, "]\n",
            "sha256rnds2 ", $cdgh, ", ", $abef, "\n",
            "vpshufd xmm0, xmm0, 0x0e\n",
            "sha256rnds2 ", $abef, ", ", $cdgh, "\n",
        )
    };
}

/// Loads the words for the first four groups of rounds.
#[rustfmt::skip]
macro_rules! load {
    ($lane:literal, $group:literal, $new:literal, $old:literal) => {
        concat!(
            "vmovdqu ", $new, ", [{block", $lane, "} + {offset} + 16*", $group, "]\n",
            "vpshufb ", $new, ", ", $new, ", [{constants} + 256]\n",
            "vmovdqa [{words} + 256*", $lane, " + 16*", $group, "], ", $new, "\n",
        )
    };
}

/// Computes the words for a group of rounds from those of the four groups before it.
#[rustfmt::skip]
macro_rules! schedule {
    ($lane:literal, $group:literal, $new:literal, $old:literal) => {
        concat!(
            last_schedule!($lane, $group, $new, $old),
            "vmovdqa [{words} + 256*", $lane, " + 16*", $group, "], ", $new, "\n",
        )
    };
}

/// Is [`schedule`] for words that no later words need.
#[rustfmt::skip]
macro_rules! last_schedule {
    ($lane:literal, $group:literal, $new:literal, $old:literal) => {
        concat!(
            "vmovdqa ", $new, ", [{words} + 256*", $lane, " + 16*", $group, " - 64]\n",
            "sha256msg1 ", $new, ", [{words} + 256*", $lane, " + 16*", $group, " - 48]\n",
            "vpalignr xmm0, ", $old, ", [{words} + 256*", $lane, " + 16*", $group, " - 32], 4\n",
            "vpaddd ", $new, ", ", $new, ", xmm0\n",
            "sha256msg2 ", $new, ", ", $old, "\n",
        )
    };
}

macro_rules! nothing {
    ($lane:literal, $group:literal, $new:literal, $old:literal) => {
        ""
    };
}

/// Writes all rounds of a block. Each group of rounds has a free register for the words of the next
/// group. The register of the first stream's words becomes that of the second stream's, and so on.
macro_rules! block {
    ($lanes:ident $registers:tt) => {
        block!($lanes $registers
            load 0 1, load 1 2, load 2 3, schedule 3 4, schedule 4 5, schedule 5 6, schedule 6 7,
            schedule 7 8, schedule 8 9, schedule 9 10, schedule 10 11, schedule 11 12,
            schedule 12 13, last_schedule 13 14, last_schedule 14 15, nothing 15 16,)
    };
    ($lanes:ident [$first:literal $($others:literal)*]
        $message:ident $group:literal $next:literal, $($more:tt)+) => {
        concat!(
            $lanes!($message $group $next $first $($others)*),
            block!($lanes [$($others)* $first] $($more)+),
        )
    };
    ($lanes:ident [$($registers:literal)*] $message:ident $group:literal $next:literal,) => {
        $lanes!($message $group $next $($registers)*)
    };
}

macro_rules! of_two {
    ($message:ident $group:literal $next:literal $b:literal $a:literal $free:literal) => {
        concat!(
            rounds!($group, "xmm1", "xmm2", $a),
            $message!(0, $next, $free, $a),
            rounds!($group, "xmm3", "xmm4", $b),
            $message!(1, $next, $a, $b),
        )
    };
}

macro_rules! of_three {
    ($message:ident $group:literal $next:literal
        $c:literal $b:literal $a:literal $free:literal) => {
        concat!(
            of_two!($message $group $next $b $a $free),
            rounds!($group, "xmm5", "xmm6", $c),
            $message!(2, $next, $b, $c),
        )
    };
}

macro_rules! of_four {
    ($message:ident $group:literal $next:literal
        $d:literal $c:literal $b:literal $a:literal $free:literal) => {
        concat!(
            of_three!($message $group $next $c $b $a $free),
            rounds!($group, "xmm7", "xmm8", $d),
            $message!(3, $next, $c, $d),
        )
    };
}

#[rustfmt::skip]
macro_rules! load_state {
    ($lane:literal, $abef:literal, $cdgh:literal) => {
        concat!(
            "vmovdqa ", $abef, ", [{states} + 32*", $lane, "]\n",
            "vmovdqa ", $cdgh, ", [{states} + 32*", $lane, " + 16]\n",
        )
    };
}

#[rustfmt::skip]
macro_rules! add_state {
    ($lane:literal, $abef:literal, $cdgh:literal) => {
        concat!(
            "vpaddd ", $abef, ", ", $abef, ", [{states} + 32*", $lane, "]\n",
            "vpaddd ", $cdgh, ", ", $cdgh, ", [{states} + 32*", $lane, " + 16]\n",
            "vmovdqa [{states} + 32*", $lane, "], ", $abef, "\n",
            "vmovdqa [{states} + 32*", $lane, " + 16], ", $cdgh, "\n",
        )
    };
}

/// Defines a function that compresses `count` blocks of each stream. It is unsafe because each
/// pointer must be that of `count` blocks, `count` must not be 0, and the processor must have the
/// instructions. It is not inlined, so that compilers clear the upper halves of the registers before
/// it: instructions of SSE are slow otherwise.
macro_rules! define {
    ($name:ident, $lanes:ident, $registers:tt,
        $($lane:literal $block:ident $abef:literal $cdgh:literal $words:literal),*) => {
        #[inline(never)]
        unsafe fn $name(work: &mut Work, [$($block),*]: [*const Block; [$($lane),*].len()], count: usize) {
            // SAFETY: the assembly reads 64 * `count` bytes from each pointer, which the caller
            // guarantees, and the constants. It writes `work`, whose vectors are aligned, and the
            // registers below.
            unsafe {
                asm!(
                    $(load_state!($lane, $abef, $cdgh),)*
                    "2:",
                    $(load!($lane, 0, $words, $words),)*
                    block!($lanes $registers),
                    $(add_state!($lane, $abef, $cdgh),)*
                    "add {offset}, 64",
                    "dec {count}",
                    "jnz 2b",
                    $($block = in(reg) $block,)*
                    offset = inout(reg) 0usize => _,
                    count = inout(reg) count => _,
                    states = in(reg) &raw mut work.states,
                    words = in(reg) &raw mut work.words,
                    constants = in(reg) &raw const CONSTANTS,
                    out("xmm0") _, out("xmm1") _, out("xmm2") _, out("xmm3") _, out("xmm4") _,
                    out("xmm5") _, out("xmm6") _, out("xmm7") _, out("xmm8") _, out("xmm9") _,
                    out("xmm10") _, out("xmm11") _, out("xmm12") _, out("xmm13") _,
                    options(nostack),
                );
            }
        }
    };
}

define!(two, of_two, ["xmm10" "xmm9" "xmm13"],
    0 block0 "xmm1" "xmm2" "xmm9", 1 block1 "xmm3" "xmm4" "xmm10");
define!(three, of_three, ["xmm11" "xmm10" "xmm9" "xmm13"],
    0 block0 "xmm1" "xmm2" "xmm9", 1 block1 "xmm3" "xmm4" "xmm10",
    2 block2 "xmm5" "xmm6" "xmm11");
define!(four, of_four, ["xmm12" "xmm11" "xmm10" "xmm9" "xmm13"],
    0 block0 "xmm1" "xmm2" "xmm9", 1 block1 "xmm3" "xmm4" "xmm10",
    2 block2 "xmm5" "xmm6" "xmm11", 3 block3 "xmm7" "xmm8" "xmm12");
