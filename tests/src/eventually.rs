//! Waiting for what no signal announces.

use std::fmt::Debug;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// Between two looks: short beside any bound, long beside the cost of a look.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until `check` gives a value, at most for `bound`.
///
/// Choose a bound that only a real failure reaches; a look that hangs counts against it too.
///
/// # Panics
/// When the bound is over, saying `what` was awaited and what the last look saw.
pub async fn eventually<T, Seen: Debug>(
    what: &str,
    bound: Duration,
    mut check: impl AsyncFnMut() -> Result<T, Seen>,
) -> T {
    let deadline = Instant::now() + bound;
    let mut last_seen = None;
    let mut looks = 0_u64;
    while let Ok(look) = timeout_at(deadline, check()).await {
        match look {
            Ok(value) => return value,
            Err(seen) => last_seen = Some(seen),
        }
        looks += 1;
        if Instant::now() >= deadline {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    match last_seen {
        Some(seen) => panic!("{what}: not within {bound:?} ({looks} looks); last seen: {seen:#?}"),
        None => panic!("{what}: not within {bound:?}; the first look never came back"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough for one look at least, short enough to be waited out.
    const SHORT: Duration = Duration::from_millis(100);

    /// What it says when it gives up.
    async fn complaint(check: impl AsyncFnMut() -> Result<(), i32> + 'static) -> String {
        let local = tokio::task::LocalSet::new();
        let waiting = local.run_until(async {
            tokio::task::spawn_local(eventually("the hatch opens", SHORT, check)).await
        });
        let panic = waiting.await.expect_err("it must give up").into_panic();
        *panic.downcast::<String>().expect("a panic with words")
    }

    #[tokio::test]
    async fn the_first_value_is_handed_back() {
        let mut looks = 0;
        let value = eventually("three looks", Duration::from_secs(60), async || {
            looks += 1;
            if looks == 3 { Ok(looks) } else { Err(looks) }
        });
        assert_eq!(value.await, 3);
    }

    #[tokio::test]
    async fn giving_up_tells_what_was_awaited_and_last_seen() {
        let said = complaint(async || Err(-5)).await;
        assert!(said.contains("the hatch opens"), "{said}");
        assert!(said.contains("last seen: -5"), "{said}");
    }

    #[tokio::test]
    async fn a_look_that_hangs_does_not_hang_the_test() {
        let said = complaint(async || std::future::pending().await).await;
        assert!(said.contains("never came back"), "{said}");
    }
}
