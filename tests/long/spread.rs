//! The middle of several measurements, and how far they lie apart.

use std::fmt;

/// Minimum, median and maximum of a figure.
pub(crate) struct Spread {
    values: Vec<f64>,
}

impl Spread {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { values }
    }

    /// The middle one; not-a-number of none.
    pub(crate) fn median(&self) -> f64 {
        self.values.get(self.values.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The value that `percent` of all do not pass.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let last = self.values.len().saturating_sub(1);
        self.values.get((last * percent).div_ceil(100)).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.values.first().copied().unwrap_or(f64::NAN);
        let last = self.values.last().copied().unwrap_or(f64::NAN);
        write!(f, "{:.0} ({first:.0}–{last:.0})", self.median())
    }
}
