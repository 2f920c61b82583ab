//! Values as text, as Go's fmt prints them: `print`, `println` and the verbs of `printf`.

use crate::{float, limits::Output, quote, value::Value};

/// Go refuses a width or a precision beyond this.
const MAXIMUM_WIDTH: usize = 1_000_000;

/// Prints one value as an action does.
pub(crate) fn printed(value: &Value) -> Result<String, String> {
    let mut printer = Printer::default();
    match value {
        Value::Missing | Value::Nil => printer.out.push_str("<no value>"),
        value => printer.argument(value, 'v'),
    }
    printer.out.finish()
}

/// Joins values as Go's Sprint: with a space between two values of which none is a text.
pub(crate) fn print(values: &[Value]) -> Result<String, String> {
    let mut printer = Printer::default();
    let mut after_text = true;
    for value in values {
        let is_text = matches!(value, Value::Text(_));
        if !is_text && !after_text {
            printer.out.push(' ');
        }
        printer.argument(value, 'v');
        after_text = is_text;
    }
    printer.out.finish()
}

pub(crate) fn println(values: &[Value]) -> Result<String, String> {
    let mut printer = Printer::default();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            printer.out.push(' ');
        }
        printer.argument(value, 'v');
    }
    printer.out.push('\n');
    printer.out.finish()
}

pub(crate) fn printf(format: &str, values: &[Value]) -> Result<String, String> {
    let mut printer = Printer::default();
    Format { text: format, at: 0, values, index: 0, is_reordered: false, is_good: true }
        .run(&mut printer);
    printer.out.finish()
}

/// A format of `printf` that is being read.
struct Format<'f> {
    text: &'f str,
    at: usize,
    values: &'f [Value],
    /// The next value.
    index: usize,
    /// Whether the format names values by their number: `%[2]s`.
    is_reordered: bool,
    is_good: bool,
}

impl Format<'_> {
    fn run(&mut self, printer: &mut Printer) {
        while self.at < self.text.len() && !printer.out.is_full() {
            let rest = &self.text[self.at..];
            let length = rest.find('%').unwrap_or(rest.len());
            printer.out.push_str(&rest[..length]);
            self.at += length;
            if self.at == self.text.len() {
                break;
            }
            self.at += 1;
            self.is_good = true;
            self.verb(printer);
        }
        if self.is_reordered || self.index >= self.values.len() {
            return;
        }
        printer.flags = Flags::default();
        printer.out.push_str("%!(EXTRA ");
        for (number, value) in self.values[self.index..].iter().enumerate() {
            if number > 0 {
                printer.out.push_str(", ");
            }
            if !value.is_nil() {
                printer.out.push_str(value.type_name());
                printer.out.push('=');
            }
            printer.argument(value, 'v');
        }
        printer.out.push(')');
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Prints what follows a percent sign.
    fn verb(&mut self, printer: &mut Printer) {
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut after_index = self.number_of_value();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer() {
                Some(width) => {
                    flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => printer.out.push_str("%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.digits();
            if after_index && flags.width.is_some() {
                self.is_good = false;
            }
        }
        if self.peek() == Some(b'.') && self.at + 1 < self.text.len() {
            self.at += 1;
            if after_index {
                self.is_good = false;
            }
            after_index = self.number_of_value();
            if self.peek() == Some(b'*') {
                self.at += 1;
                flags.precision = self.integer().and_then(|p| usize::try_from(p).ok());
                if flags.precision.is_none() {
                    printer.out.push_str("%!(BADPREC)");
                }
                after_index = false;
            } else {
                flags.precision = Some(self.digits().unwrap_or(0));
            }
        }
        if !after_index {
            self.number_of_value();
        }
        let Some(verb) = self.text[self.at..].chars().next() else {
            printer.out.push_str("%!(NOVERB)");
            return;
        };
        self.at += verb.len_utf8();
        printer.flags = flags;
        match self.values.get(self.index) {
            _ if verb == '%' => printer.out.push('%'),
            _ if !self.is_good => printer.out.push_str(&format!("%!{verb}(BADINDEX)")),
            None => printer.out.push_str(&format!("%!{verb}(MISSING)")),
            Some(value) => {
                if verb == 'v' {
                    printer.flags.go_syntax = std::mem::take(&mut printer.flags.sharp);
                    printer.flags.plus = false;
                }
                printer.argument(value, verb);
                self.index += 1;
            }
        }
    }

    /// Reads `[n]`, the number of the next value, if it is here.
    fn number_of_value(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.is_reordered = true;
        let rest = &self.text[self.at + 1..];
        let Some(length) = rest.find(']') else {
            self.at += 1;
            self.is_good = false;
            return false;
        };
        self.at += length + 2;
        match rest[..length].parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => {
                self.index = number - 1;
                true
            }
            parsed => {
                self.is_good = false;
                parsed.is_ok()
            }
        }
    }

    /// Reads a decimal number.
    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
        }
        let number = self.text[start..self.at].parse::<usize>().ok()?;
        if number > MAXIMUM_WIDTH {
            // As in Go, the rest of the format is not read.
            self.at = self.text.len();
            return None;
        }
        Some(number)
    }

    /// Takes the next value as a width or a precision.
    fn integer(&mut self) -> Option<i64> {
        let value = self.values.get(self.index)?;
        self.index += 1;
        match value {
            Value::Integer(value) if value.unsigned_abs() <= MAXIMUM_WIDTH as u64 => Some(*value),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%#v`
    go_syntax: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

#[derive(Debug, Default)]
struct Printer {
    out: Output,
    flags: Flags,
}

impl Printer {
    fn argument(&mut self, value: &Value, verb: char) {
        match verb {
            'T' if value.is_nil() => self.pad("<nil>"),
            'T' => self.text(value.type_name()),
            'v' if value.is_nil() => self.pad("<nil>"),
            _ => self.value(value, verb),
        }
    }

    fn value(&mut self, value: &Value, verb: char) {
        if self.out.is_full() {
            return;
        }
        match value {
            Value::Missing | Value::Nil => self.bad_verb(value, verb),
            Value::Boolean(boolean) => match verb {
                't' | 'v' => self.pad(if *boolean { "true" } else { "false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Integer(integer) => self.integer(*integer, value, verb),
            Value::Float(float) => self.float(*float, value, verb),
            Value::Text(text) => match verb {
                'v' if self.flags.go_syntax => self.quoted(text),
                'v' | 's' => self.text(text),
                'q' => self.quoted(text),
                'x' | 'X' => self.hexadecimal(text, verb),
                _ => self.bad_verb(value, verb),
            },
            Value::List(list) => {
                let syntax = self.flags.go_syntax.then_some("[]interface {}{");
                self.out.push_str(syntax.unwrap_or("["));
                for (index, item) in list.items.iter().enumerate() {
                    self.separate(index);
                    self.inner(item, verb);
                }
                self.out.push(if syntax.is_some() { '}' } else { ']' });
            }
            Value::Map(map) => {
                let syntax = self.flags.go_syntax.then_some("map[string]interface {}{");
                self.out.push_str(syntax.unwrap_or("map["));
                for (index, (key, item)) in map.entries.iter().enumerate() {
                    self.separate(index);
                    self.value(&Value::Text(key.clone()), verb);
                    self.out.push(':');
                    self.inner(item, verb);
                }
                self.out.push(if syntax.is_some() { '}' } else { ']' });
            }
        }
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push_str(if self.flags.go_syntax { ", " } else { " " });
        }
    }

    fn inner(&mut self, value: &Value, verb: char) {
        match value.is_nil() {
            true if self.flags.go_syntax => self.out.push_str("interface {}(nil)"),
            true => self.out.push_str("<nil>"),
            false => self.value(value, verb),
        }
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.out.push_str(&format!("%!{verb}("));
        if value.is_nil() {
            self.out.push_str("<nil>");
        } else {
            self.out.push_str(value.type_name());
            self.out.push('=');
            self.value(value, 'v');
        }
        self.out.push(')');
    }

    fn integer(&mut self, integer: i64, value: &Value, verb: char) {
        let size = integer.unsigned_abs();
        let digits = match verb {
            'v' | 'd' => size.to_string(),
            'b' => format!("{size:b}"),
            'o' | 'O' => format!("{size:o}"),
            'x' => format!("{size:x}"),
            'X' => format!("{size:X}"),
            'c' => return self.pad(&character(integer).to_string()),
            'q' => {
                let quoted = quote::character(character(integer), self.flags.plus);
                return self.pad(&quoted);
            }
            'U' => {
                let width = self.flags.precision.unwrap_or(4).max(4);
                let mut text =
                    format!("U+{}", zero_padded(&format!("{:X}", integer as u64), width));
                let known = u32::try_from(integer).ok().and_then(char::from_u32);
                if let Some(character) =
                    known.filter(|c| self.flags.sharp && quote::is_printable(*c))
                {
                    text.push_str(&format!(" '{character}'"));
                }
                return self.pad_with(&text, ' ');
            }
            _ => return self.bad_verb(value, verb),
        };
        let sign = match (integer < 0, self.flags.plus, self.flags.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        let zeros = match (self.flags.precision, self.flags.width) {
            (Some(0), _) if integer == 0 => return self.pad_with("", ' '),
            (Some(precision), _) => precision,
            (None, Some(width)) if self.flags.zero && !self.flags.minus => {
                width.saturating_sub(sign.len())
            }
            _ => 0,
        };
        let digits = zero_padded(&digits, zeros);
        let prefix = match verb {
            'b' if self.flags.sharp => "0b",
            'o' if self.flags.sharp && !digits.starts_with('0') => "0",
            'x' if self.flags.sharp => "0x",
            'X' if self.flags.sharp => "0X",
            'O' => "0o",
            _ => "",
        };
        self.pad_with(&format!("{sign}{prefix}{digits}"), ' ');
    }

    fn float(&mut self, float: f64, value: &Value, verb: char) {
        let precision = self.flags.precision;
        let text = match verb {
            'v' => float::format(float, 'g', precision),
            'g' | 'G' => float::format(float, verb, precision),
            'f' | 'F' => float::format(float, 'f', precision.or(Some(6))),
            'e' | 'E' => float::format(float, verb, precision.or(Some(6))),
            'b' | 'x' | 'X' => float::format(float, verb, precision),
            _ => return self.bad_verb(value, verb),
        };
        let text = match self.flags.sharp && verb != 'b' && float.is_finite() {
            true => float::with_point(&text, verb, precision),
            false => text,
        };
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => (&text[..1], digits),
            None => ("+", &*text),
        };
        let sign = match (sign, self.flags.plus, self.flags.space) {
            ("-", ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ if text.starts_with('+') => "+",
            _ => "",
        };
        let all = format!("{sign}{digits}");
        match self.flags.width {
            Some(width) if self.flags.zero && !self.flags.minus && float.is_finite() => {
                let zeros = width.saturating_sub(sign.len());
                self.out.push_str(sign);
                self.out.push_str(&zero_padded(digits, zeros));
            }
            _ => self.pad_with(&all, ' '),
        }
    }

    fn truncated<'t>(&self, text: &'t str) -> &'t str {
        let end = self.flags.precision.and_then(|precision| text.char_indices().nth(precision));
        match end {
            Some((end, _)) => &text[..end],
            None => text,
        }
    }

    fn text(&mut self, text: &str) {
        self.pad(self.truncated(text));
    }

    fn quoted(&mut self, text: &str) {
        let text = self.truncated(text);
        if self.flags.sharp && quote::can_be_raw(text) {
            return self.pad(&format!("`{text}`"));
        }
        self.pad(&quote::text(text, self.flags.plus));
    }

    fn hexadecimal(&mut self, text: &str, verb: char) {
        let bytes = text.as_bytes();
        let length = bytes.len().min(self.flags.precision.unwrap_or(usize::MAX));
        let prefix = match (self.flags.sharp, verb) {
            (false, _) => "",
            (true, 'x') => "0x",
            (true, _) => "0X",
        };
        let mut encoded = String::new();
        for (index, byte) in bytes[..length].iter().enumerate() {
            if index > 0 && self.flags.space {
                encoded.push(' ');
            }
            if index == 0 || self.flags.space {
                encoded.push_str(prefix);
            }
            match verb {
                'x' => encoded.push_str(&format!("{byte:02x}")),
                _ => encoded.push_str(&format!("{byte:02X}")),
            }
        }
        self.pad(&encoded);
    }

    fn pad(&mut self, text: &str) {
        let with = if self.flags.zero && !self.flags.minus { '0' } else { ' ' };
        self.pad_with(text, with);
    }

    fn pad_with(&mut self, text: &str, with: char) {
        let width = self.flags.width.unwrap_or(0);
        let missing = match width {
            0 => 0,
            width => width.saturating_sub(text.chars().count()),
        };
        let padding = with.to_string().repeat(missing);
        if self.flags.minus {
            self.out.push_str(text);
            self.out.push_str(&padding);
        } else {
            self.out.push_str(&padding);
            self.out.push_str(text);
        }
    }
}

fn character(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Rust's formats have a maximum width of 65,535, which is less than Go's.
fn zero_padded(digits: &str, width: usize) -> String {
    let zeros = width.saturating_sub(digits.len());
    format!("{}{digits}", "0".repeat(zeros))
}
