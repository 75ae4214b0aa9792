//! Nothing that a mission started outlives whoever ran it, however that one ends.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mission_control_tests::eventually;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::house::{Control, House, LONG};

/// What is asked for is two seconds; a machine that is busy with other tests gets more, but far less
/// than the programs would go on by themselves.
const GONE_WITHIN: Duration = Duration::from_secs(60);

/// A program with a child in its group, one that is deaf to SIGTERM, a grandchild in a session of its
/// own, and a daemon that has also thrown away its environment. Each says who it is.
const TRIBE: &str = r#"[profiles.tribe]
command = ["sh", "-c", '''
trap '' TERM
sh -c 'echo $$; exec sleep 300' &
sh -c "trap '' TERM HUP; echo \$\$; while :; do sleep 300; done" &
sh -c '(setsid sh -c "trap \"\" TERM HUP; echo \$\$; exec sleep 300" &)'
(env -i PATH="$PATH" setsid sh -c "trap '' TERM HUP; echo \$\$; exec sleep 300" &)
echo $$
while :; do sleep 300; done
''']
"#;

/// How many of them there are.
const TRIBE_SIZE: usize = 5;

/// The processes of a mission that runs.
pub(crate) struct Tribe(Vec<i32>);

impl Tribe {
    /// The flag for the profile.
    pub(crate) fn profiles(house: &House) -> Result<String> {
        house.profiles(TRIBE)
    }

    /// The processes of this mission, once all of them have said who they are.
    pub(crate) async fn of(control: &Control, id: &str) -> Self {
        eventually("the whole tribe is there", LONG, async || {
            let pids = said(control, id).await.map_err(|error| format!("{error:#}"))?;
            if pids.len() < TRIBE_SIZE { Err(format!("{pids:?}")) } else { Ok(Self(pids)) }
        })
        .await
    }

    /// Those that still do something.
    pub(crate) fn survivors(&self) -> Vec<i32> {
        self.0.iter().copied().filter(|pid| is_alive(*pid)).collect()
    }

    /// Waits until nobody is left.
    pub(crate) async fn gone(&self) {
        let since = Instant::now();
        eventually("nobody of the tribe is left", GONE_WITHIN, async || {
            let survivors = self.survivors();
            if survivors.is_empty() { Ok(()) } else { Err((survivors, since.elapsed())) }
        })
        .await;
    }
}

impl Drop for Tribe {
    /// A test that fails leaves nobody behind either. Numbers come round to others slowly enough.
    fn drop(&mut self) {
        for pid in self.survivors() {
            let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

async fn said(control: &Control, id: &str) -> Result<Vec<i32>> {
    let logs = control.admin.get(&format!("/api/missions/{id}/logs")).await?.json()?;
    let lines = logs["lines"].as_array().context("lines")?;
    let texts = lines.iter().filter_map(|line| line["text"].as_str());
    texts.map(|text| text.parse().with_context(|| format!("{text:?} is no process"))).collect()
}

fn is_alive(pid: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // "pid (name) state …": one that is only waiting to be buried is dead.
    !matches!(stat.rsplit_once(") ").map(|(_, rest)| &rest[..1]), None | Some("Z" | "X"))
}

async fn tribe(house: &House) -> Result<(Control, Tribe)> {
    let control = house.start_with(&[&Tribe::profiles(house)?]).await?;
    let id = control.create(&json!({"title": "many", "kind": "tribe"})).await?;
    let tribe = Tribe::of(&control, &id).await;
    assert_eq!(tribe.survivors().len(), TRIBE_SIZE);
    Ok((control, tribe))
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_no_process_behind() -> Result<()> {
    let house = House::new()?;
    let (mut control, tribe) = tribe(&house).await?;
    control.server.kill_hard()?;
    tribe.gone().await;
    Ok(())
}

#[tokio::test]
async fn a_second_sigterm_ends_at_once_and_leaves_no_process_behind() -> Result<()> {
    let house = House::new()?;
    let (mut control, tribe) = tribe(&house).await?;
    control.server.ask_to_end()?;
    eventually("the server drains", LONG, async || {
        let log = control.server.log();
        if log.contains("a second signal ends at once") { Ok(()) } else { Err(log) }
    })
    .await;
    assert_eq!(control.server.terminate().await?.code(), Some(143));
    tribe.gone().await;
    Ok(())
}

#[tokio::test]
async fn a_cancelled_mission_leaves_no_process_behind() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&[&Tribe::profiles(&house)?]).await?;
    let id = control.create(&json!({"title": "many", "kind": "tribe"})).await?;
    let tribe = Tribe::of(&control, &id).await;
    assert_eq!(control.act(&id, "cancel").await?["status"], "cancelled");
    tribe.gone().await;
    Ok(())
}

/// Whoever kills the keepers too cannot be helped at once, but by the next start.
#[tokio::test]
async fn what_outlived_server_and_keeper_is_swept_up_at_the_next_start() -> Result<()> {
    let house = House::new()?;
    let script = r#"[profiles.lonely]
command = ["sh", "-c", "echo $$; exec sleep 300"]
"#;
    let profiles = house.profiles(script)?;
    let mut control = house.start_with(&[&profiles]).await?;
    let id = control.create(&json!({"title": "lonely", "kind": "lonely"})).await?;
    let lonely = eventually("the program is there", LONG, async || {
        let pids = said(&control, &id).await.map_err(|error| format!("{error:#}"))?;
        if pids.is_empty() { Err(pids.len().to_string()) } else { Ok(Tribe(pids)) }
    })
    .await;
    let program = lonely.0[0];
    let keeper = parent(program)?;
    // A keeper that stands still cannot do its work any more, and is then killed in its sleep.
    kill(keeper, Signal::SIGSTOP)?;
    control.server.kill_hard()?;
    kill(keeper, Signal::SIGKILL)?;
    assert!(is_alive(program), "nobody is there to end it");
    let control = house.start_with(&["--no-worker"]).await?;
    lonely.gone().await;
    eventually("the sweep is told of", LONG, async || {
        let log = control.server.log();
        let is_told = log.contains("an earlier life had left programs running");
        if is_told { Ok(()) } else { Err(log) }
    })
    .await;
    Ok(())
}

fn parent(pid: i32) -> Result<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(") ").context("a state")?;
    Ok(Pid::from_raw(rest.split(' ').nth(1).context("a parent")?.parse()?))
}
