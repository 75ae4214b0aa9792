//! The rows of a batch of new missions, as the adapter writes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mission_control_kernel::{Clock as _, SystemClock};
use tokio_postgres::types::ToSql;

const CREATED: &str =
    r#"{"v":1,"to":"pending","priority":"medium","kind":"default","lease":0,"progress":0.0}"#;

/// Parameters of one statement.
pub(crate) type Params = Vec<Box<dyn ToSql + Sync + Send>>;

/// Parameters of `insert_missions`.
pub(crate) fn missions(ids: &[String]) -> Params {
    let count = ids.len();
    let now = now();
    let rank = rank(now);
    let mut all = Params::new();
    let mut add = |column: Box<dyn ToSql + Sync + Send>| all.push(column);
    let same = |word: &'static str| Box::new(vec![word; count]);
    let none = || Box::new(vec![None::<&str>; count]);
    let numbers = |number: i64| Box::new(vec![number; count]);
    let flags = || Box::new(vec![false; count]);
    add(Box::new(ids.to_vec()));
    for word in ["default", "Chart the reef", "Sound every channel.", "pending", "medium"] {
        add(same(word));
    }
    add(Box::new(vec![now; count]));
    add(same("{}"));
    // agent_type, model_used
    add(none());
    add(none());
    add(same("default"));
    // input, labels, complexity, capabilities, fairness_key, concurrency_key
    (0..6).for_each(|_| add(none()));
    add(numbers(3));
    add(none());
    // timeout_ms
    add(Box::new(vec![None::<i64>; count]));
    add(none());
    add(Box::new(ids.to_vec()));
    add(numbers(0));
    // run_id, step_key
    add(none());
    add(none());
    add(flags());
    add(none());
    add(same("ada"));
    add(none());
    add(flags());
    add(flags());
    add(numbers(1));
    add(Box::new(vec![now; count]));
    add(flags());
    // scheduled_at, expires_at
    add(Box::new(vec![None::<SystemTime>; count]));
    add(Box::new(vec![None::<SystemTime>; count]));
    add(Box::new(vec![now; count]));
    // step_position
    add(numbers(0));
    add(numbers(1));
    add(numbers(rank));
    all
}

/// Parameters of `insert_ready`.
pub(crate) fn ready(ids: &[String]) -> Params {
    let count = ids.len();
    vec![Box::new(vec![1_i64; count]), Box::new(vec![rank(now()); count]), Box::new(ids.to_vec())]
}

/// Parameters of `insert_journal`.
pub(crate) fn journal(ids: &[String]) -> Params {
    let count = ids.len();
    vec![
        Box::new(vec!["default"; count]),
        Box::new(ids.to_vec()),
        Box::new(vec![None::<&str>; count]),
        Box::new(vec![1_i64; count]),
        Box::new(vec!["created"; count]),
        Box::new(vec![CREATED; count]),
        Box::new(now()),
    ]
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(SystemClock.now().as_micros().unsigned_abs())
}

fn rank(now: SystemTime) -> i64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
