//! How the tokens of programs look: `mc_`, 256 random bits, a checksum.
//!
//! The prefix and the checksum are for scanners, which find a token that lies where it should not,
//! and know that it is one without asking anybody.

use mission_control_identity::SecretDigest;
use mission_control_kernel::Secret;

use super::secrets::{SECRET_BYTES, digest, random};

const PREFIX: &str = "mc_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 256 bits in base 62.
const BODY_CHARS: usize = 43;
/// 32 bits in base 62.
const CHECKSUM_CHARS: usize = 6;
/// How much of a token its owner sees later: enough to tell a few apart, too little to guess from.
const HINT_CHARS: usize = PREFIX.len() + 4;

/// A token that was just made.
#[derive(Clone, Debug)]
pub struct Minted {
    /// What its bearer shows: nobody can see it twice.
    pub token: Secret,
    /// What the records keep of it.
    pub digest: SecretDigest,
    /// Its first characters, by which people recognise it.
    pub hint: String,
}

/// A token that nobody else has: `mc_`, 43 digits of base 62, and 6 that check them.
#[must_use]
pub fn mint() -> Minted {
    let mut text = format!("{PREFIX}{}", base62(random::<SECRET_BYTES>(), BODY_CHARS));
    text += &checksum(&text);
    let (digest, hint) = (digest(&text), text[..HINT_CHARS].to_owned());
    Minted { token: Secret::new(text), digest, hint }
}

/// Whether the text has the form of a token that was made here, its checksum included.
pub(super) fn looks_ours(text: &str) -> bool {
    let whole = text.len() == PREFIX.len() + BODY_CHARS + CHECKSUM_CHARS && text.is_ascii();
    whole && text.starts_with(PREFIX) && {
        let (body, check) = text.split_at(PREFIX.len() + BODY_CHARS);
        checksum(body) == check
    }
}

fn checksum(text: &str) -> String {
    base62(crc32fast::hash(text.as_bytes()).to_be_bytes(), CHECKSUM_CHARS)
}

/// A number, whose bytes stand with the largest first, in so many digits.
fn base62<const N: usize>(mut number: [u8; N], digits: usize) -> String {
    let mut text = vec![DIGITS[0]; digits];
    for place in text.iter_mut().rev() {
        let mut rest = 0;
        for byte in &mut number {
            let dividend = (rest << 8) | u32::from(*byte);
            *byte = (dividend / 62) as u8;
            rest = dividend % 62;
        }
        *place = DIGITS[rest as usize];
    }
    text.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_base_62() {
        assert_eq!(base62([0, 0, 0, 61], 6), "00000z");
        assert_eq!(base62([0, 0, 0, 62], 6), "000010");
        assert_eq!(base62(u32::MAX.to_be_bytes(), 6), "4gfFC3");
        // 62^43 is more than 2^256, and 62^42 is less.
        assert_ne!(&base62([0xff; 32], 43)[..1], "0");
    }

    #[test]
    fn a_token_is_known_by_its_form_and_nothing_like_it_is() {
        let made = mint();
        let text = made.token.expose();
        assert_eq!((text.len(), &text[..3]), (52, "mc_"));
        assert!(text[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!(looks_ours(text) && text.starts_with(&made.hint) && made.hint.len() == 7);
        assert_eq!(made.digest, digest(text));
        assert_ne!(mint().token, made.token);
        for at in 0..text.len() {
            let mut other = text.to_owned().into_bytes();
            other[at] = if other[at] == b'7' { b'8' } else { b'7' };
            assert!(!looks_ours(std::str::from_utf8(&other).unwrap()), "changed at {at}");
        }
        for other in [
            "",
            "mc_",
            &text[..51],
            &format!("{text}0"),
            &text.to_uppercase(),
            &text.to_lowercase(),
            &format!("{}é", &text[..50]),
        ] {
            assert!(!looks_ours(other), "{other}");
        }
    }
}
