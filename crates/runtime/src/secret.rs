//! Text that no log may show.

use std::fmt;

/// How much chance is in a secret of our own making: 256 bits, beyond guessing by any machine.
const RANDOM_BYTES: usize = 32;

/// A password, key or token. It has no `Display`, and its `Debug` hides it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new secret: 64 lower-case hexadecimal digits from the system's randomness.
#[must_use]
pub fn random_secret() -> String {
    let bytes: [u8; RANDOM_BYTES] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_only_when_asked() {
        let secret = Secret::new("swordfish");
        assert!(!format!("{secret:?} {:#?}", Some(&secret)).contains("swordfish"));
        assert_eq!(secret.expose(), "swordfish");
    }

    #[test]
    fn random_secrets_are_64_digits_and_differ() {
        let (one, other) = (random_secret(), random_secret());
        assert_ne!(one, other);
        for secret in [one, other] {
            assert_eq!(secret.len(), 64);
            assert!(secret.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        }
    }
}
