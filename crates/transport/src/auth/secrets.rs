//! Chance from the system, and what the records keep of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mission_control_identity::SecretDigest;
use mission_control_kernel::Secret;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};

/// How much chance is in a secret of ours: 256 bits, beyond guessing by any machine, so that a fast
/// hash of it is enough.
pub(super) const SECRET_BYTES: usize = 32;
/// The characters of the id of a session: [`SECRET_BYTES`] in base 64.
const SESSION_ID_CHARS: usize = 43;

/// The digest under which a token, or the id of a session, is known.
#[must_use]
pub fn digest(text: &str) -> SecretDigest {
    SecretDigest::new(Sha256::digest(text).into())
}

/// Bytes that nobody else has.
///
/// # Panics
/// When the system has no chance to give: nothing that is secret can be made then.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the system gives chance");
    bytes
}

/// A secret that travels in cookies and links.
pub(super) fn random_id() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random::<SECRET_BYTES>()))
}

/// Whether this may be the id of a session; nothing else is worth asking the records for.
pub(super) fn is_session_id(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == SESSION_ID_CHARS && text.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_are_told_from_anything_else() {
        let (one, other) = (random_id(), random_id());
        assert_ne!(one, other);
        for id in [one, other] {
            assert!(is_session_id(id.expose()));
            assert!(
                !is_session_id(&id.expose()[1..]) && !is_session_id(&format!("{}A", id.expose()))
            );
        }
        assert!(!is_session_id(&"=".repeat(SESSION_ID_CHARS)));
    }
}
