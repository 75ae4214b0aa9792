//! Passwords: what one may be, and the work of hashing them, of which only so much is done at once.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use argon2::password_hash::phc::{self, Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use mission_control_identity::PasswordHash;
use mission_control_kernel::{Invalid, Secret};

use super::desks::{Desks, Memory, Place};
use super::secrets::random;

/// The shortest password that somebody may choose: with fewer characters, what people make up is
/// guessed from a stolen hash.
const SHORTEST_CHARS: usize = 12;
/// The longest, in bytes: nobody types more, and whoever sends it wants work done.
const LONGEST_BYTES: usize = 1_024;
/// Memory of one hash, 19 MiB, and its passes and lanes: what OWASP asks of argon2id.
const KIBIBYTES: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What is kept of a hash: 256 bits.
const HASH_BYTES: usize = 32;
/// When to come back: those who wait now have been served then.
const COME_BACK: Duration = Duration::from_secs(2);
const CROWDED: Crowded = Crowded { retry_after: COME_BACK };
const SALT_BYTES: usize = 16;

/// A password that can be hashed.
#[derive(Clone, Debug)]
pub struct Password(Secret);

impl Password {
    /// One that somebody signs in with: at most 1,024 bytes, no NUL.
    ///
    /// # Errors
    /// `too_large`, `control_character`.
    pub fn typed(text: Secret) -> Result<Self, Invalid> {
        if text.expose().len() > LONGEST_BYTES {
            return Err(Invalid::too_large(text.expose().len(), LONGEST_BYTES));
        }
        if text.expose().contains('\0') {
            return Err(Invalid::new("control_character", "must not have NUL characters"));
        }
        Ok(Self(text))
    }

    /// One that somebody chooses: also at least 12 characters.
    ///
    /// # Errors
    /// As [`Self::typed`], and `too_short`.
    pub fn chosen(text: Secret) -> Result<Self, Invalid> {
        let password = Self::typed(text)?;
        if password.0.expose().chars().count() < SHORTEST_CHARS {
            return Err(Invalid::new("too_short", "must have at least 12 characters"));
        }
        Ok(password)
    }
}

/// Hashes passwords with argon2id, one or two at a time, behind all other work.
#[derive(Debug)]
pub struct Passwords {
    desks: Desks,
    hashed: Arc<AtomicU64>,
}

/// More passwords wait to be hashed than would be in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many people sign in at this moment")]
pub struct Crowded {
    /// When to come back.
    pub retry_after: Duration,
}

/// The turn of somebody whose password will be hashed.
#[derive(Debug)]
pub(super) struct Turn {
    place: Place,
    hashed: Arc<AtomicU64>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self { desks: Desks::beside(cores), hashed: Arc::default() }
    }
}

impl Passwords {
    /// What the records keep of a password.
    ///
    /// # Errors
    /// [`Crowded`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Crowded> {
        let work = move |memory: &mut Memory| made(&password, random(), memory);
        let hash = self.turn()?.serve(work).await?;
        Ok(PasswordHash::new(hash))
    }

    /// Whether the password is the one that was hashed, as [`Turn::verify`] says.
    ///
    /// # Errors
    /// [`Crowded`].
    pub(super) async fn is_right(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Crowded> {
        self.turn()?.verify(password, hash).await
    }

    /// A turn, to be had before anything is looked up: whoever has none costs nothing.
    ///
    /// # Errors
    /// [`Crowded`].
    pub(super) fn turn(&self) -> Result<Turn, Crowded> {
        let place = self.desks.place().ok_or(CROWDED)?;
        Ok(Turn { place, hashed: Arc::clone(&self.hashed) })
    }

    /// How many passwords were hashed so far, for nothing or not.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }
}

impl Turn {
    /// Whether the password is the one that was hashed. Where there is `None`, the same work is done
    /// for nothing, so that nobody learns by the clock who is known here.
    ///
    /// # Errors
    /// [`Crowded`].
    pub(super) async fn verify(
        self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Crowded> {
        self.serve(move |memory| match hash {
            Some(hash) => verified(&password, hash.expose(), memory).unwrap_or(false),
            None => {
                std::hint::black_box(made(&password, [0; SALT_BYTES], memory));
                false
            }
        })
        .await
    }

    async fn serve<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        let hashed = self.hashed;
        let served = self.place.serve(move |memory| {
            hashed.fetch_add(1, Ordering::Relaxed);
            work(memory)
        });
        served.await.map_err(|error| {
            tracing::warn!(%error, "there is no thread to hash a password on");
            CROWDED
        })
    }
}

impl Password {
    fn bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

/// The hash as a PHC string.
fn made(password: &Password, salt: [u8; SALT_BYTES], memory: &mut Memory) -> String {
    let params = Params::new(KIBIBYTES, PASSES, LANES, None).expect("literals within bounds");
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let mut out = [0; HASH_BYTES];
    let blocks = memory.blocks(params.block_count());
    let phc_params = ParamsString::try_from(&params);
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password.bytes(), &salt, &mut out, blocks)
        .expect("a password and a salt within the bounds of argon2");
    let hash = phc::PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: phc_params.expect("three numbers"),
        salt: Some(Salt::new(&salt).expect("as long as salts are")),
        hash: Some(Output::new(&out).expect("as long as hashes are")),
    };
    hash.to_string()
}

/// Whether it is the password of this PHC string; `None` where that is none of ours.
fn verified(password: &Password, phc: &str, memory: &mut Memory) -> Option<bool> {
    let phc = phc::PasswordHash::new(phc).ok()?;
    let (salt, expected) = (phc.salt?, phc.hash?);
    let algorithm = Algorithm::try_from(phc.algorithm.as_str()).ok()?;
    let version = phc.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(&phc).ok()?;
    let blocks = memory.blocks(params.block_count());
    let mut out = vec![0; expected.len()];
    let argon2 = Argon2::new(algorithm, version, params);
    argon2.hash_password_into_with_memory(password.bytes(), &salt, &mut out, blocks).ok()?;
    // Compared in constant time, as outputs are.
    Some(Output::new(&out).ok()? == expected)
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};
    use futures::FutureExt;
    use futures::future::join_all;

    use super::*;

    fn typed(text: &str) -> Password {
        Password::typed(Secret::new(text)).unwrap()
    }

    #[test]
    fn a_password_has_a_shortest_and_a_longest() {
        let code = |made: Result<Password, Invalid>| made.err().map(|invalid| invalid.code);
        let longest = "x".repeat(LONGEST_BYTES);
        let table = [
            ("", None, Some("too_short")),
            ("eleven chars", None, None),
            ("öööööööööööö", None, None),
            ("elevenchars", None, Some("too_short")),
            ("a nul \0 inside it", Some("control_character"), Some("control_character")),
            (&*longest, None, None),
            (&*format!("{longest}x"), Some("too_large"), Some("too_large")),
        ];
        for (text, when_typed, when_chosen) in table {
            assert_eq!(code(Password::typed(Secret::new(text))), when_typed, "{text:.20}");
            assert_eq!(code(Password::chosen(Secret::new(text))), when_chosen, "{text:.20}");
        }
    }

    #[tokio::test]
    async fn only_the_password_that_was_hashed_is_right() {
        let passwords = Passwords::default();
        let hash = passwords.hash(typed("correct horse battery")).await.unwrap();
        let phc = hash.expose().to_owned();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let other = passwords.hash(typed("correct horse battery")).await.unwrap();
        assert_ne!(hash, other, "a salt of its own");
        for (text, right) in
            [("correct horse battery", true), ("correct horse batterz", false), ("", false)]
        {
            let is_right = passwords.is_right(typed(text), Some(hash.clone())).await.unwrap();
            assert_eq!(is_right, right, "{text}");
        }
        let broken = PasswordHash::new("$argon2id$".to_owned());
        assert!(!passwords.is_right(typed(""), Some(broken)).await.unwrap());
    }

    #[tokio::test]
    async fn as_much_is_done_for_nobody_as_for_somebody() {
        let passwords = Passwords::default();
        assert!(!passwords.is_right(typed("whatever it is"), None).await.unwrap());
        assert_eq!(passwords.hashed(), 1);
    }

    #[tokio::test]
    async fn hashes_are_those_that_everybody_makes() {
        let params = Params::new(KIBIBYTES, PASSES, LANES, None).unwrap();
        let theirs = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash =
            theirs.hash_password_with_salt(b"correct horse battery", b"some more salt").unwrap();
        let hash = PasswordHash::new(hash.to_string());
        let passwords = Passwords::default();
        assert_eq!(passwords.is_right(typed("correct horse battery"), Some(hash)).await, Ok(true));
        let ours = passwords.hash(typed("correct horse battery")).await.unwrap();
        theirs.verify_password(b"correct horse battery", ours.expose()).unwrap();
    }

    #[tokio::test]
    async fn when_there_is_no_turn_left_the_others_come_back_later() {
        let passwords = Passwords::default();
        let turns: Vec<_> = std::iter::from_fn(|| passwords.turn().ok()).collect();
        let late = passwords.is_right(typed("x"), None).now_or_never();
        assert_eq!(late, Some(Err(Crowded { retry_after: COME_BACK })));
        let late = passwords.hash(typed("x")).now_or_never();
        assert_eq!(late, Some(Err(Crowded { retry_after: COME_BACK })));
        assert_eq!(passwords.hashed(), 0);
        let served = turns.into_iter().take(2).map(|turn| turn.verify(typed("x"), None));
        assert_eq!(join_all(served).await, [Ok(false), Ok(false)]);
        assert_eq!(passwords.hashed(), 2);
    }

    #[test]
    fn a_password_does_not_print_itself() {
        assert!(!format!("{:?}", typed("swordfish")).contains("swordfish"));
    }
}
