//! Floats as text, as Go's strconv writes them.

/// A float has at most 1,074 decimals, and Rust's formats allow at most 65,535.
const EXACT_DIGITS: usize = 1_100;

/// Writes a finite or infinite float as Go's verbs `e`, `E`, `f`, `g` and `G` do. Without a precision,
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
        _ => general(value, precision),
    };
    match verb {
        'E' | 'G' => format!("{sign}{}", text.to_uppercase()),
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
