//! Exact decimal numbers: reading, writing, and arithmetic that fails where it would round.

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr};

/// Reads a number as HCL and Terraform's `tonumber` write it, exactly or not at all.
pub fn parse(text: &str) -> Option<Decimal> {
    // What most numbers are needs no room of its own.
    if let Ok(small) = text.parse::<i64>() {
        return Some(small.into());
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let any = !whole.is_empty() || !fraction.is_empty();
    if !any || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = [whole, fraction].concat();
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Decimal::ZERO);
    }
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let drop = zeros.min(usize::try_from(scale).unwrap_or(0));
    let scale = scale - i32::try_from(drop).ok()?;
    let mut amount: i128 = digits.get(..digits.len() - drop)?.parse().ok()?;
    for _ in scale..0 {
        amount = amount.checked_mul(10)?;
    }
    let scale = u32::try_from(scale.max(0)).ok()?;
    Decimal::try_from_i128_with_scale(if negative { -amount } else { amount }, scale).ok()
}

/// Writes a number as Terraform does: no exponent, no needless zeros.
pub fn render(number: &Decimal) -> SmolStr {
    normal(*number).to_smolstr()
}

fn normal(number: Decimal) -> Decimal {
    if number.is_zero() { Decimal::ZERO } else { number.normalize() }
}

/// The sum, unless it would have to be rounded.
pub fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (normal(a), normal(b));
    let sum = a.checked_add(b)?;
    (sum.scale() >= a.scale().max(b.scale())
        || sum.checked_sub(b)? == a && sum.checked_sub(a)? == b)
        .then_some(normal(sum))
}

/// The product, unless it would have to be rounded.
pub fn mul(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (normal(a), normal(b));
    let product = a.checked_mul(b)?;
    (product.is_zero() == (a.is_zero() || b.is_zero())
        && (product.scale() >= a.scale() + b.scale() || product.is_zero()))
    .then_some(normal(product))
}

/// The quotient, to 28 digits.
pub fn div(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_div(b).map(normal)
}

/// The rest of a division that rounds towards zero.
pub fn rem(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_rem(b).map(normal)
}

/// The number as an index or a count, if it is a whole one that fits.
pub fn to_index(number: Decimal) -> Option<i64> {
    let number = normal(number);
    if number.scale() == 0 { i64::try_from(number.mantissa()).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{add, div, mul, parse, render};

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|| "none".to_owned(), |n| render(&n).to_string())
    }

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("1.25e1", "12.5"),
            ("125e-2", "1.25"),
            ("1000e-3", "1"),
            ("007", "7"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
            ("79228162514264337593543950336", "none"),
            ("1e29", "none"),
            ("1e-29", "none"),
            ("1e999999999999", "none"),
            ("1e-2147483648", "none"),
            ("0e2147483647", "0"),
            ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
            ("0.12345678901234567890123456789", "none"),
            ("", "none"),
            ("-", "none"),
            ("--1", "none"),
            ("+5", "5"),
            ("+-5", "none"),
            (".5", "0.5"),
            ("5.", "5"),
            (".", "none"),
            ("1.2.3", "none"),
            ("1e", "none"),
            ("1e+2", "100"),
            ("1 ", "none"),
            ("0x10", "none"),
            ("١", "none"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_would_be_rounded_is_refused() {
        let number = |text| parse(text).unwrap();
        let max = number("79228162514264337593543950335");
        assert_eq!(add(max, number("1")), None);
        assert_eq!(add(max, number("0.1")), None);
        assert_eq!(add(number("0.1"), number("0.2")), parse("0.3"));
        assert_eq!(add(number("0.5"), number("0.5")), parse("1"));
        assert_eq!(mul(max, number("2")), None);
        assert_eq!(mul(max, number("0.1")), parse("7922816251426433759354395033.5"));
        assert_eq!(mul(number("1e-20"), number("1e-20")), None);
        assert_eq!(mul(number("0.5"), number("0.2")), parse("0.1"));
        assert_eq!(render(&div(number("10"), number("4")).unwrap()), "2.5");
    }
}
