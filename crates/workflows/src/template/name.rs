//! Names that stand in addresses.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, Text};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $code:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Text<1, 64>);

        impl $name {
            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let refused = Invalid::new(
                    $code,
                    "must be 1 to 64 of a-z, 0-9, -, _ and ., beginning with a letter or digit",
                );
                let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
                let good = text.bytes().next().is_some_and(word)
                    && text.bytes().all(|byte| word(byte) || matches!(byte, b'-' | b'_' | b'.'));
                if !good {
                    return Err(refused);
                }
                Text::parse(text).map(Self).map_err(|_| refused)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

name! {
    /// A template's name in its project: 1–64 of `a-z`, `0-9`, `-`, `_`, `.`, beginning with a letter
    /// or digit.
    TemplateName, "invalid_template_name"
}
name! {
    /// A schedule's name in its project: 1–64 of `a-z`, `0-9`, `-`, `_`, `.`, beginning with a letter
    /// or digit.
    ScheduleName, "invalid_schedule_name"
}
