//! Passwords: what one may be, and the work of hashing them, of which only so much is done at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use mission_control_identity::PasswordHash;
use mission_control_kernel::{Invalid, Secret};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
/// Hashes under way at once: with them, 38 MiB, and never all processors.
const DESKS: usize = 2;
/// Those who wait for a desk: they are served within a second or two. Whoever comes then is sent
/// away, so that a flood costs neither memory nor the patience of those who wait.
const QUEUE: usize = 20;
/// When to come back.
const COME_BACK: Duration = Duration::from_secs(2);
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

/// Hashes passwords with argon2id, on threads that may block, two at a time.
#[derive(Debug)]
pub struct Passwords {
    desks: Arc<Semaphore>,
    places: Arc<Semaphore>,
    hashed: Arc<AtomicU64>,
}

/// More passwords wait to be hashed than would be in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many people sign in at this moment")]
pub struct Crowded {
    /// When to come back.
    pub retry_after: Duration,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            desks: Arc::new(Semaphore::new(DESKS)),
            places: Arc::new(Semaphore::new(DESKS + QUEUE)),
            hashed: Arc::default(),
        }
    }
}

impl Passwords {
    /// What the records keep of a password.
    ///
    /// # Errors
    /// [`Crowded`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Crowded> {
        self.work(move || {
            let hash = argon2().hash_password_with_salt(password.bytes(), &random::<SALT_BYTES>());
            let hash = hash.expect("a password and a salt within the bounds of argon2");
            PasswordHash::new(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one that was hashed. Where there is `None`, the same work is done
    /// for nothing, so that nobody learns by the clock who is known here.
    ///
    /// # Errors
    /// [`Crowded`].
    pub async fn is_right(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Crowded> {
        self.work(move || match hash {
            Some(hash) => argon2().verify_password(password.bytes(), hash.expose()).is_ok(),
            None => {
                let salt = [0; SALT_BYTES];
                let done = argon2().hash_password_with_salt(password.bytes(), &salt);
                std::hint::black_box(done).is_err()
            }
        })
        .await
    }

    /// How many passwords were hashed so far, for nothing or not.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        let held = self.desk().await?;
        let hashed = Arc::clone(&self.hashed);
        let task = tokio::task::spawn_blocking(move || {
            // The desk is free when the work is done, not when nobody waits for it any more.
            let _held = held;
            hashed.fetch_add(1, Ordering::Relaxed);
            work()
        });
        Ok(task.await.expect("hashing does not panic"))
    }

    async fn desk(&self) -> Result<Desk, Crowded> {
        let crowded = Crowded { retry_after: COME_BACK };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| crowded)?;
        let desk = Arc::clone(&self.desks).acquire_owned().await.map_err(|_| crowded)?;
        Ok(Desk { _desk: desk, _place: place })
    }
}

struct Desk {
    _desk: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Password {
    fn bytes(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(KIBIBYTES, PASSES, LANES, None).expect("literals within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
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
    async fn two_are_hashed_at_once_twenty_wait_and_the_others_come_back_later() {
        let passwords = Arc::new(Passwords::default());
        let held = join_all((0..DESKS).map(|_| passwords.desk())).await;
        assert!(held.iter().all(Result::is_ok));
        let waiting: Vec<_> = (0..QUEUE)
            .map(|_| {
                let passwords = Arc::clone(&passwords);
                tokio::spawn(async move { passwords.is_right(typed("x"), None).await })
            })
            .collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.hashed(), 0, "nobody is served while both desks are taken");
        let late = passwords.is_right(typed("x"), None).now_or_never();
        assert_eq!(late, Some(Err(Crowded { retry_after: COME_BACK })));
        drop(held);
        for served in join_all(waiting).await {
            assert_eq!(served.unwrap(), Ok(false));
        }
        assert_eq!(passwords.hashed(), QUEUE as u64);
        assert_eq!(passwords.places.available_permits(), DESKS + QUEUE);
    }

    #[test]
    fn a_password_does_not_print_itself() {
        assert!(!format!("{:?}", typed("swordfish")).contains("swordfish"));
    }
}
