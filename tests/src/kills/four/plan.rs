//! Who is killed when.

use std::fmt;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

use super::Size;

/// The shortest that one who was killed stays away: what a supervisor takes that does not wait.
const SHORTEST_AWAY: Duration = Duration::from_millis(50);

/// One of the four.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Member {
    /// A server, 0 or 1.
    Server(usize),
    /// A worker, 0 or 1.
    Worker(usize),
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(at) => write!(f, "server {at}"),
            Self::Worker(at) => write!(f, "worker {at}"),
        }
    }
}

/// One kill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kill {
    pub(super) member: Member,
    /// How many missions are performed before.
    pub(super) after: usize,
    /// How long the member stays away.
    pub(super) away: Duration,
}

/// The kills of a run, spread over its missions.
pub(super) fn plan(size: &Size, chance: &mut StdRng) -> Vec<Kill> {
    let (server, worker) = (chance.random_range(0..2), chance.random_range(0..2));
    let all = [
        Member::Server(server),
        Member::Worker(worker),
        Member::Server(1 - server),
        Member::Worker(1 - worker),
    ];
    let longest = size.longest_away.max(SHORTEST_AWAY);
    (0..size.kills)
        .map(|n| Kill {
            member: all.get(n).copied().unwrap_or_else(|| all[chance.random_range(0..all.len())]),
            after: size.missions * (n + 1) / (size.kills + 1),
            away: chance.random_range(SHORTEST_AWAY..=longest),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn drawn(seed: u64) -> Vec<Kill> {
        let longest_away = Duration::from_secs(2);
        let size = Size { missions: 2_000, kills: 12, writers: 1, viewers: 1, longest_away, seed };
        plan(&size, &mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn each_of_the_four_is_killed_while_missions_flow_and_a_seed_repeats_it() {
        assert_ne!(drawn(1), drawn(2));
        for seed in 0..100 {
            let kills = drawn(seed);
            assert_eq!(kills, drawn(seed));
            for at in 0..2 {
                for member in [Member::Server(at), Member::Worker(at)] {
                    assert!(kills.iter().any(|kill| kill.member == member), "{member}: {kills:?}");
                }
            }
            assert!(kills.is_sorted_by(|one, next| one.after < next.after));
            assert!(kills.iter().all(|kill| 0 < kill.after && kill.after < 2_000));
        }
    }
}
