//! What one template may use: no template and no data make a program hang or run out of memory.

/// Maximum bytes of the text of a template.
pub(crate) const TEMPLATE_BYTES: usize = 1 << 20;
/// Maximum bytes of the output, and of every text that a function returns.
pub(crate) const OUTPUT_BYTES: usize = 64 << 20;
/// Maximum bytes of all results of functions together.
const RESULT_BYTES: usize = 512 << 20;
/// Maximum operands, actions and iterations that are evaluated.
const STEPS: u64 = 10_000_000;
/// Maximum depth of blocks and parentheses within each other.
pub(crate) const NESTING: usize = 100;
/// Maximum depth of blocks, parentheses and template calls during the evaluation.
pub(crate) const EVALUATION_DEPTH: usize = 500;
/// Maximum depth of lists and maps within each other.
pub(crate) const VALUE_DEPTH: usize = 300;

/// What is left of the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: u64,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Budget { steps: STEPS, bytes: RESULT_BYTES }
    }

    pub(crate) fn step(&mut self) -> Result<(), String> {
        match self.steps.checked_sub(1) {
            Some(steps) => {
                self.steps = steps;
                Ok(())
            }
            None => Err(format!("the template needs more than {STEPS} steps: shorten its loops")),
        }
    }

    pub(crate) fn take_bytes(&mut self, bytes: usize) -> Result<(), String> {
        match self.bytes.checked_sub(bytes) {
            Some(bytes) => {
                self.bytes = bytes;
                Ok(())
            }
            None => {
                Err(format!("the results of functions need more than {} MiB", RESULT_BYTES >> 20))
            }
        }
    }
}

/// A text that is being written. It ignores what exceeds `OUTPUT_BYTES` until `finish` fails.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: String,
    is_full: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        if self.is_full || text.len() > OUTPUT_BYTES - self.text.len() {
            self.is_full = true;
        } else {
            self.text.push_str(text);
        }
    }

    pub(crate) fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    /// Reports whether further writes are useless.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn finish(self) -> Result<String, String> {
        if self.is_full {
            return Err(too_long());
        }
        Ok(self.text)
    }
}

pub(crate) fn too_long() -> String {
    format!("the text exceeds {} MiB", OUTPUT_BYTES >> 20)
}
