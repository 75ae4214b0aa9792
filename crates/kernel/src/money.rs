//! Money, exact to the nano-dollar.

use std::fmt;
use std::str::FromStr;

use crate::Invalid;

const NANOS_PER_DOLLAR: i64 = 1_000_000_000;
const DECIMALS: usize = 9;

/// An amount of US dollars in whole nano-dollars (10⁻⁹ USD), never negative.
///
/// Prices of single tokens are fractions of a micro-dollar, and sums of floats drift; an integer
/// does neither.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest single amount that is accepted: one thousand million dollars.
    pub const MAX: Self = Self(1_000_000_000 * NANOS_PER_DOLLAR);

    /// From nano-dollars; `None` below zero.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Option<Self> {
        if nanos < 0 { None } else { Some(Self(nanos)) }
    }

    /// The amount in nano-dollars.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The sum, staying at the largest `i64`.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Money {
    /// A JSON number in dollars without trailing zeros: `0.15`, `3`, `0.000000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, nanos) = (self.0 / NANOS_PER_DOLLAR, self.0 % NANOS_PER_DOLLAR);
        if nanos == 0 {
            return write!(f, "{dollars}");
        }
        let fraction = format!("{nanos:09}");
        write!(f, "{dollars}.{}", fraction.trim_end_matches('0'))
    }
}

impl FromStr for Money {
    type Err = Invalid;

    /// Reads a JSON number in dollars, exponent allowed, and rounds half up to the nano-dollar.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong =
            || Invalid::new("invalid_cost", "must be a number of dollars from 0 to 1000000000");
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| wrong())?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Ok(Self::ZERO);
        }
        let fraction_digits = i64::try_from(fraction.len()).map_err(|_| wrong())?;
        let shift = i64::from(exponent) - fraction_digits + DECIMALS as i64;
        let nanos = scaled(digits, shift).ok_or_else(wrong)?;
        if nanos > Self::MAX.0 { Err(wrong()) } else { Ok(Self(nanos)) }
    }
}

/// `digits` × 10^`shift`, rounded half up; `None` when it does not fit.
fn scaled(digits: &str, shift: i64) -> Option<i64> {
    if shift >= 0 {
        let factor = 10_i64.checked_pow(u32::try_from(shift).ok()?)?;
        return digits.parse::<i64>().ok()?.checked_mul(factor);
    }
    let keep = i64::try_from(digits.len()).ok()?.checked_add(shift)?;
    let Ok(keep) = usize::try_from(keep) else { return Some(0) };
    let kept = if keep == 0 { 0 } else { digits[..keep].parse::<i64>().ok()? };
    let round_up = digits.as_bytes().get(keep).is_some_and(|digit| *digit >= b'5');
    kept.checked_add(i64::from(round_up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_exactly() {
        let table = [
            ("0", 0),
            ("0.15", 150_000_000),
            ("15.0", 15_000_000_000),
            ("1e-9", 1),
            ("4e-10", 0),
            ("5e-10", 1),
            ("1.5E2", 150_000_000_000),
            ("0.1234567894", 123_456_789),
            ("0.1234567895", 123_456_790),
            ("000.5", 500_000_000),
            ("0e99", 0),
        ];
        for (text, nanos) in table {
            assert_eq!(text.parse::<Money>().unwrap().as_nanos(), nanos, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in
            ["", "-1", "NaN", "1e10", "1e999", ".", ".5", "1.2.3", "1e", "99999999999999999999"]
        {
            assert!(text.parse::<Money>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_amount_reads_back_what_it_wrote() {
        for nanos in [0, 1, 10, 150_000_000, 1_000_000_000, Money::MAX.as_nanos()] {
            let amount = Money::from_nanos(nanos).unwrap();
            assert_eq!(amount.to_string().parse::<Money>().unwrap(), amount);
        }
    }
}
