//! Figures that missions of a template report in their results.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, Text};

/// The most figures of one template: more fit no table.
pub const MAX_METRICS: usize = 20;

/// In what a figure is counted: `ms`, `%`, `tokens`; may be empty.
pub type MetricUnit = Text<0, 32>;
/// A figure's name for people.
pub type MetricTitle = Text<1, 100>;

/// The member of a result that is a figure: 1–64 letters, digits, `-`, `_` and `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricKey(Text<1, 64>);

impl MetricKey {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for MetricKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new(
            "invalid_metric_key",
            "must be 1 to 64 letters without accents, digits, -, _ and .",
        );
        let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !text.bytes().all(word) {
            return Err(refused);
        }
        Text::parse(text).map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for MetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metric {
    /// Which member of the result.
    pub key: MetricKey,
    /// In what it is counted.
    pub unit: MetricUnit,
    /// What it is called; its key where nothing is said.
    pub title: Option<MetricTitle>,
}

impl Metric {
    /// Takes a figure from outside.
    ///
    /// # Errors
    /// The member that is wrong, and why.
    pub fn parse(
        key: &str,
        unit: &str,
        title: Option<&str>,
    ) -> Result<Self, (&'static str, Invalid)> {
        Ok(Self {
            key: key.parse().map_err(|invalid| ("key", invalid))?,
            unit: MetricUnit::parse(unit).map_err(|invalid| ("unit", invalid))?,
            title: title
                .map(MetricTitle::parse)
                .transpose()
                .map_err(|invalid| ("title", invalid))?,
        })
    }
}
