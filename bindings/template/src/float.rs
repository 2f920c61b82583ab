//! Floats as text, as Go's strconv writes them.

/// A float has at most 1,074 decimals, and Rust's formats allow at most 65,535.
const EXACT_DIGITS: usize = 1_100;

/// Writes a float as Go's verbs `b`, `e`, `E`, `f`, `g`, `G`, `x` and `X` do. Without a precision,
/// the text has the fewest digits that identify the float.
pub(crate) fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let text = match verb {
        'f' => match precision {
            Some(precision) => {
                let exact = precision.min(EXACT_DIGITS);
                format!("{value:.exact$}") + &"0".repeat(precision - exact)
            }
            None => format!("{value}"),
        },
        'e' | 'E' => exponential(value, precision),
        'b' => {
            let (mantissa, exponent) = parts(value);
            format!("{mantissa}p{exponent:+}")
        }
        'x' | 'X' => hexadecimal(value, precision),
        _ => general(value, precision),
    };
    match verb {
        'E' | 'G' | 'X' => format!("{sign}{}", text.to_uppercase()),
        _ => format!("{sign}{text}"),
    }
}

/// The text with an exponent of at least two digits.
fn exponential(value: f64, precision: Option<usize>) -> String {
    let exact = precision.map(|precision| precision.min(EXACT_DIGITS));
    let text = match exact {
        Some(exact) => format!("{value:.exact$e}"),
        None => format!("{value:e}"),
    };
    let zeros = "0".repeat(precision.unwrap_or(0) - exact.unwrap_or(0));
    let (digits, exponent) = split(&text);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}{zeros}e{sign}{:02}", exponent.unsigned_abs())
}

fn general(value: f64, precision: Option<usize>) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let precision = precision.map(|precision| precision.max(1));
    let text = match precision {
        Some(precision) => format!("{value:.*e}", (precision - 1).min(EXACT_DIGITS)),
        None => format!("{value:e}"),
    };
    let (digits, exponent) = split(&text);
    // The digits without trailing zeros and without the point.
    let digits: String = digits.chars().filter(|digit| *digit != '.').collect();
    let digits = digits.trim_end_matches('0');
    let count = digits.len();
    let whole = exponent + 1;
    let limit = match precision {
        // So Go prints 528 as 528, and 2097152 as 2.097152e+06.
        None => 6,
        Some(precision) if precision > count && count as i32 >= whole => count as i32,
        Some(precision) => i32::try_from(precision).unwrap_or(i32::MAX),
    };
    if exponent < -4 || exponent >= limit {
        return exponential(value, Some(count - 1));
    }
    let decimals = usize::try_from(count as i32 - whole).unwrap_or(0);
    format!("{value:.decimals$}")
}

/// The mantissa as an integer, and the power of two by which it is multiplied.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7ff) as i64 {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

/// The text with one digit before the point, and a power of two of at least two digits.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let (mantissa, exponent) = parts(value);
    let (mut digits, mut exponent) = match mantissa {
        0 => (0, 0),
        mantissa => {
            // The first digit is 1, and 15 follow it.
            let shift = i64::from(mantissa.leading_zeros()) - 3;
            (mantissa << shift, exponent + 60 - shift)
        }
    };
    if let Some(dropped) = precision.and_then(|precision| 15_usize.checked_sub(precision)) {
        let unit = 1_u64 << (4 * dropped);
        let rest = digits % unit;
        digits -= rest;
        let is_odd = digits / unit % 2 == 1;
        if rest > unit / 2 || rest == unit / 2 && dropped > 0 && is_odd {
            digits += unit;
        }
        if digits >= 2 << 60 {
            digits >>= 1;
            exponent += 1;
        }
    }
    let all = format!("{digits:016x}");
    let (whole, fraction) = all.split_at(1);
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => {
            let known = precision.min(fraction.len());
            fraction[..known].to_owned() + &"0".repeat(precision - known)
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{whole}{point}{fraction}p{sign}{:02}", exponent.unsigned_abs())
}

/// Adds the point and the zeros that the flag `#` of the verbs keeps.
pub(crate) fn with_point(text: &str, verb: char, precision: Option<usize>) -> String {
    let exponents: &[char] = match verb {
        'x' | 'X' => &['p', 'P'],
        _ => &['e', 'E'],
    };
    let (digits, exponent) = text.split_at(text.find(exponents).unwrap_or(text.len()));
    let wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let unsigned = digits.trim_start_matches(['+', '-']);
    let mut significant = unsigned.trim_start_matches(['0', '.']).replace('.', "").len();
    let mut point = "";
    if !unsigned.contains('.') {
        significant += usize::from(unsigned == "0");
        point = ".";
    }
    let zeros = "0".repeat(wanted.saturating_sub(significant));
    format!("{digits}{point}{zeros}{exponent}")
}

fn split(text: &str) -> (&str, i32) {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (digits, exponent.parse().unwrap_or(0))
}

/// Writes a finite float as Go's encoding/json does.
pub(crate) fn json(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format(value, 'e', None);
        return text.replace("e-0", "e-");
    }
    format(value, 'f', None)
}
