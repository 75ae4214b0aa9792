//! Secrets of our own making.

/// How much chance is in one: 256 bits, beyond guessing by any machine.
const RANDOM_BYTES: usize = 32;

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
    fn random_secrets_are_64_digits_and_differ() {
        let (one, other) = (random_secret(), random_secret());
        assert_ne!(one, other);
        for secret in [one, other] {
            assert_eq!(secret.len(), 64);
            assert!(secret.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        }
    }
}
