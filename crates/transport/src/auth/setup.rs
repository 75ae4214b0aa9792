//! The code of the link that a start prints, which makes the first administrator.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mission_control_identity::SecretDigest;
use mission_control_kernel::{Secret, Timestamp};
use subtle::ConstantTimeEq;

use super::secrets::{digest, random_id};

/// How long the link may be used: as long as someone looks at a terminal.
const CODE_HOLDS: Duration = Duration::from_secs(15 * 60);

/// At most one code. It lives in this process alone, so that no restart and no replica takes one that
/// was spent.
#[derive(Debug, Default)]
pub(super) struct SetupCode(Mutex<Option<Issued>>);

/// A code that is out, or was until now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issued {
    digest: SecretDigest,
    ends: Timestamp,
}

impl SetupCode {
    /// A new code; one from before is void.
    pub(super) fn issue(&self, now: Timestamp) -> Secret {
        let code = random_id();
        let issued = Issued { digest: digest(code.expose()), ends: now.plus(CODE_HOLDS) };
        *self.lock() = Some(issued);
        code
    }

    /// Spends the code, if this is it and it is in time; a wrong one spends nothing.
    pub(super) fn redeem(&self, code: &str, now: Timestamp) -> Option<Issued> {
        let shown = digest(code);
        self.lock().take_if(|issued| {
            now < issued.ends && issued.digest.as_bytes().ct_eq(shown.as_bytes()).into()
        })
    }

    /// Puts back what could not be used after all, unless there is a newer one.
    pub(super) fn put_back(&self, issued: Issued) {
        self.lock().get_or_insert(issued);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_and_within_its_time() {
        let (setup, start) = (SetupCode::default(), Timestamp::MIN);
        let counts = |code: &str, now| setup.redeem(code, now).is_some();
        assert!(!counts("", start), "none was issued");
        let code = setup.issue(start);
        assert!(!counts("wrong", start) && !counts("", start));
        assert!(!counts(code.expose(), start.plus(CODE_HOLDS)), "over");
        let issued = setup.redeem(code.expose(), start).unwrap();
        assert!(!counts(code.expose(), start), "spent");
        setup.put_back(issued);
        assert!(counts(code.expose(), start), "it could not be used");
        let next = setup.issue(start);
        setup.put_back(issued);
        assert!(!counts(code.expose(), start), "there is a newer one");
        setup.issue(start);
        assert!(!counts(next.expose(), start), "void");
    }
}
