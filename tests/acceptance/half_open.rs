//! Viewers that fall silent without a goodbye: their machine sleeps, or the network between is gone.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use mission_control_tests::eventually;
use mission_control_tests::live::{LiveSocket, Said};
use mission_control_tests::relay::{Carried, Relay};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::house::{Control, House, LONG};

/// A silent viewer is asked after 25 s and let go 15 s later; past all hope on a busy machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(180);
/// With [`BODY`], far more than the kernel keeps for a reader that does not read.
const CHANGES: usize = 240;
/// Characters of each mission's metadata.
const BODY: usize = 100_000;

/// A number that the server tells about itself.
async fn metric(control: &Control, series: &str) -> Result<f64> {
    let page = control.admin.get("/metrics").await?.text();
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    match line {
        Some(value) => Ok(value.parse()?),
        None => Ok(0.0),
    }
}

/// Open sockets, and those that were closed because they did not keep up.
async fn watching(control: &Control) -> Result<(f64, f64)> {
    let of = |name: &str| format!(r#"mission_control_live_{name}{{protocol="websocket"}}"#);
    Ok((
        metric(control, &of("viewers")).await?,
        metric(control, &of("slow_readers_closed_total")).await?,
    ))
}

/// Waits until one viewer of two is left, and says how many were too slow so far. The other one
/// goes on reading meanwhile, and the silent one hears nothing.
async fn one_is_let_go(
    control: &Control,
    (good, seen): (&mut LiveSocket, &mut Seen),
    silent: &mut LiveSocket<Carried>,
) -> Result<f64> {
    let noticed =
        eventually("the silent viewer is let go", NOTICED_WITHIN, async || {
            match watching(control).await.map_err(|error| format!("{error:#}"))? {
                (1.0, slow) => Ok(slow),
                other => Err(format!("{other:?}")),
            }
        });
    tokio::pin!(noticed);
    loop {
        tokio::select! {
            slow = &mut noticed => return Ok(slow),
            said = good.next() => match said? {
                Said::Frame(frame) => seen.take(&frame)?,
                Said::Closed(code) => bail!("the other viewer is closed with {code}"),
            },
            said = silent.next() => bail!("a relay that is stopped carries {said:?}"),
        }
    }
}

/// Waits until the server holds so many sockets.
async fn it_holds(control: &Control, sockets: usize) {
    let folder = format!("/proc/{}/fd", control.server.pid());
    eventually("the connection is given back", LONG, async || {
        let held = held_in(&folder).map_err(|error| format!("{error:#}"))?;
        if held == sockets { Ok(()) } else { Err(format!("{held} in place of {sockets}")) }
    })
    .await;
}

fn sockets(control: &Control) -> Result<usize> {
    held_in(&format!("/proc/{}/fd", control.server.pid()))
}

fn held_in(folder: &str) -> Result<usize> {
    let links = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.path().read_link().ok());
    Ok(links.filter(|link| link.to_string_lossy().starts_with("socket:")).count())
}

/// What a viewer has seen: the places and missions of entries, and the cursor behind them.
#[derive(Default)]
struct Seen {
    entries: Vec<(i64, Value)>,
    cursor: String,
}

impl Seen {
    fn take(&mut self, frame: &Value) -> Result<()> {
        for entry in frame["data"].as_array().into_iter().flatten() {
            self.entries
                .push((entry["seq"].as_i64().context("a place")?, entry["mission"].clone()));
        }
        frame["cursor"].as_str().context("a cursor")?.clone_into(&mut self.cursor);
        Ok(())
    }

    /// Takes frames until there are `count` entries.
    async fn up_to<S>(&mut self, socket: &mut LiveSocket<S>, count: usize) -> Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while self.entries.len() < count {
            match socket.next().await? {
                Said::Frame(frame) => self.take(&frame)?,
                Said::Closed(code) => bail!("closed with {code}"),
            }
        }
        Ok(())
    }

    /// Takes what there still is until the end, whichever way that is told.
    async fn up_to_the_end<S>(&mut self, socket: &mut LiveSocket<S>) -> Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while let Ok(Said::Frame(frame)) = socket.next().await {
            self.take(&frame)?;
        }
        Ok(())
    }

    fn missions(&self) -> Value {
        self.entries.iter().map(|(_, mission)| mission.clone()).collect()
    }
}

#[tokio::test]
async fn a_stopped_reader_is_let_go_while_changes_flow_and_resumes_without_a_gap() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let mut good = LiveSocket::open(&control.admin, "topics=missions").await?;
    let (relay, mut stopped) = Relay::open(&control.admin, "topics=missions").await?;
    let mut made = vec![control.create(&json!({"title": "seen by both"})).await?];
    let (mut seen, mut had) = (Seen::default(), Seen::default());
    seen.up_to(&mut good, 1).await?;
    had.up_to(&mut stopped, 1).await?;
    assert_eq!(watching(&control).await?, (2.0, 0.0));
    let held = sockets(&control)?;

    relay.stop()?;
    let body = "x".repeat(BODY);
    let flow = async {
        for n in 0..CHANGES {
            let mission = json!({"title": format!("missed {n}"), "metadata": {"body": body}});
            made.push(control.create(&mission).await?);
        }
        anyhow::Ok(())
    };
    let (flowed, others) = tokio::join!(flow, seen.up_to(&mut good, CHANGES + 1));
    flowed?;
    others.context("the other viewer goes on undisturbed")?;
    let slow = one_is_let_go(&control, (&mut good, &mut seen), &mut stopped).await?;
    assert_eq!(slow, 1.0, "it did not keep up");
    it_holds(&control, held - 1).await;
    made.push(control.create(&json!({"title": "behind"})).await?);
    seen.up_to(&mut good, CHANGES + 2).await?;
    assert_eq!(seen.missions(), json!(made));

    relay.go_on()?;
    had.up_to_the_end(&mut stopped).await?;
    assert!(had.entries.len() < made.len(), "it cannot have had everything");
    let query = format!("topics=missions&cursor={}", had.cursor);
    let mut back = LiveSocket::open(&control.admin, &query).await?;
    had.up_to(&mut back, made.len()).await?;
    assert_eq!(had.entries, seen.entries, "each once and in order");
    Ok(())
}

#[tokio::test]
async fn a_viewer_that_is_gone_without_a_word_is_noticed_though_nothing_happens() -> Result<()> {
    let house = House::new()?;
    let control = house.start_with(&["--no-worker"]).await?;
    let mut good = LiveSocket::open(&control.admin, "topics=missions").await?;
    let (relay, mut silent) = Relay::open(&control.admin, "topics=missions").await?;
    let (mut seen, mut had) = (Seen::default(), Seen::default());
    let first = control.create(&json!({"title": "seen by both"})).await?;
    seen.up_to(&mut good, 1).await?;
    had.up_to(&mut silent, 1).await?;
    let held = sockets(&control)?;

    relay.stop()?;
    let slow = one_is_let_go(&control, (&mut good, &mut seen), &mut silent).await?;
    assert_eq!(slow, 0.0, "there was nothing to be slow with");
    it_holds(&control, held - 1).await;

    let second = control.create(&json!({"title": "missed"})).await?;
    relay.go_on()?;
    had.up_to_the_end(&mut silent).await?;
    assert_eq!(had.missions(), json!([first]));
    let query = format!("topics=missions&cursor={}", had.cursor);
    let mut back = LiveSocket::open(&control.admin, &query).await?;
    had.up_to(&mut back, 2).await?;
    seen.up_to(&mut good, 2).await?;
    assert_eq!(had.missions(), json!([first, second]));
    assert_eq!(had.entries, seen.entries, "each once and in order");
    Ok(())
}
