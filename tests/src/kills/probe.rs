//! A profile whose program keeps a ledger of its own: what was begun, whatever a server says of it.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nix::sys::stat::Mode;
use serde_json::{Value, json};

const SCRIPT: &str = include_str!("probe.sh");

/// The kind of missions that the probe performs.
pub(super) const KIND: &str = "probe";

/// What a mission's input may say under `plan`: to do well; to fail once and do well then; to fail for
/// good; the same until it is mended.
const PLANS: [&str; 4] = ["well", "stumbles", "breaks", "mends"];

/// A line that one attempt wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its mission.
    pub mission: String,
    /// Its lease.
    pub lease: i64,
    /// The process that performed it.
    pub pid: u32,
    /// Whether it began; otherwise it ended.
    pub begins: bool,
}

/// The program, its ledger and its gate, in one folder.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    folder: PathBuf,
}

/// While it is held, whoever runs the probe stands still.
#[derive(Debug)]
pub(super) struct ClosedGate {
    path: PathBuf,
    _held: File,
}

impl Probe {
    /// Lays it out in `folder`.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let probe = Self { folder: folder.to_owned() };
        std::fs::write(probe.script(), SCRIPT)?;
        std::fs::write(probe.ledger_path(), "")?;
        std::fs::create_dir(probe.mended())?;
        let profiles = format!(
            "[profiles.{KIND}]\ncommand = [\"sh\", {}, \"{{plan}}\"]\n\n\
             [profiles.{KIND}.parameters.plan]\ntype = \"choice\"\nvalues = {}\n\
             default = \"well\"\n\n[profiles.{KIND}.env]\n\
             PROBE_LEDGER = {}\nPROBE_GATE = {}\nPROBE_MENDED = {}\n",
            quoted(&probe.script()),
            json!(PLANS),
            quoted(&probe.ledger_path()),
            quoted(&probe.gate()),
            quoted(&probe.mended()),
        );
        std::fs::write(probe.profiles(), profiles)?;
        Ok(probe)
    }

    /// The file for `--profiles`.
    pub(super) fn profiles(&self) -> PathBuf {
        self.folder.join("profiles.toml")
    }

    /// Closes the gate for all that begin from now on.
    pub(super) fn close_gate(&self) -> Result<ClosedGate> {
        let path = self.gate();
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).context("closing the gate")?;
        // For both ways, since opening for one would wait for somebody to open the other.
        let held = File::options().read(true).write(true).open(&path)?;
        Ok(ClosedGate { path, _held: held })
    }

    /// All lines so far.
    pub(super) fn ledger(&self) -> Result<Vec<Line>> {
        let text = std::fs::read_to_string(self.ledger_path())?;
        text.lines().map(line).collect()
    }

    /// The begins of a mission's attempts, oldest first.
    pub(super) fn begins(&self, mission: &str) -> Result<Vec<Line>> {
        let mut lines = self.ledger()?;
        lines.retain(|line| line.begins && line.mission == mission);
        Ok(lines)
    }

    /// Lets a mission do well that fails for good until then.
    pub(super) fn mend(&self, mission: &str) -> Result<()> {
        Ok(std::fs::write(self.mended().join(mission), "")?)
    }

    /// Whether the process that wrote `line` still performs the probe.
    pub(super) fn is_alive(&self, line: &Line) -> bool {
        let command = std::fs::read(format!("/proc/{}/cmdline", line.pid)).unwrap_or_default();
        let script = self.script();
        command.split(|byte| *byte == 0).any(|part| part == script.as_os_str().as_encoded_bytes())
    }

    fn script(&self) -> PathBuf {
        self.folder.join("probe.sh")
    }

    fn ledger_path(&self) -> PathBuf {
        self.folder.join("ledger")
    }

    fn gate(&self) -> PathBuf {
        self.folder.join("gate")
    }

    /// Where a file of a mission's name says that it is mended.
    fn mended(&self) -> PathBuf {
        self.folder.join("mended")
    }
}

impl ClosedGate {
    /// Lets everybody pass who stands before it, and all who come.
    pub(super) fn open(self) {
        drop(self);
    }
}

impl Drop for ClosedGate {
    fn drop(&mut self) {
        // Before the pipe ends, so that nobody opens one that nobody will ever end.
        let _gone_with_its_folder = std::fs::remove_file(&self.path);
    }
}

/// A body for a mission of the probe that overtakes all others and is never given up.
pub(super) fn mission(title: &str) -> Value {
    json!({"title": title, "kind": KIND, "priority": "critical", "max_attempts": 100})
}

/// A path as a TOML string: the strings of JSON are strings of TOML.
fn quoted(path: &Path) -> String {
    json!(path.to_string_lossy()).to_string()
}

fn line(text: &str) -> Result<Line> {
    let parts: Vec<&str> = text.split(' ').collect();
    let [mission, lease, pid, what] = parts[..] else {
        anyhow::bail!("{text:?} is no line of the ledger")
    };
    ensure!(matches!(what, "start" | "end"), "{text:?} neither begins nor ends");
    let (lease, pid) = (lease.parse()?, pid.parse()?);
    Ok(Line { mission: mission.to_owned(), lease, pid, begins: what == "start" })
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};
    use std::time::Duration;

    use super::*;
    use crate::eventually;

    fn program(probe: &Probe, plan: &str, lease: &str) -> Command {
        let mut command = Command::new("sh");
        command.arg(probe.script()).arg(plan).env("MISSION_ATTEMPT", lease);
        command.env("MISSION_ID", "m").env("MISSION_LEASE_ID", lease);
        command.env("PROBE_LEDGER", probe.ledger_path()).env("PROBE_GATE", probe.gate());
        command.env("PROBE_MENDED", probe.mended());
        command
    }

    fn run(probe: &Probe, lease: &str) -> Result<Child> {
        Ok(program(probe, "well", lease).spawn()?)
    }

    /// Whether it did well, and what it said.
    fn outcome(probe: &Probe, plan: &str, attempt: &str) -> Result<(bool, String)> {
        let output = program(probe, plan, attempt).output()?;
        Ok((output.status.success(), String::from_utf8(output.stdout)?))
    }

    #[test]
    fn a_probe_fails_as_it_was_planned_and_until_it_is_mended() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let probe = Probe::new(folder.path())?;
        let failed = |class: &str| (false, format!("::fail {class} as planned\n"));
        let well = (true, String::new());
        assert_eq!(outcome(&probe, "well", "1")?, well);
        assert_eq!(outcome(&probe, "stumbles", "1")?, failed("transient"));
        assert_eq!(outcome(&probe, "stumbles", "2")?, well);
        assert_eq!(outcome(&probe, "breaks", "2")?, failed("invalid_input"));
        assert_eq!(outcome(&probe, "mends", "1")?, failed("invalid_input"));
        probe.mend("m")?;
        assert_eq!(outcome(&probe, "mends", "1")?, well);
        assert_eq!(outcome(&probe, "breaks", "1")?, failed("invalid_input"));
        assert_eq!(probe.ledger()?.iter().filter(|line| !line.begins).count(), 7);
        Ok(())
    }

    #[tokio::test]
    async fn a_probe_stands_before_a_closed_gate_and_passes_an_open_one() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let probe = Probe::new(folder.path())?;
        let gate = probe.close_gate()?;
        let mut standing = run(&probe, "1")?;
        let begun = eventually("the probe begins", Duration::from_secs(60), async || {
            probe.begins("m").map_err(|error| error.to_string())?.pop().ok_or_else(String::new)
        })
        .await;
        assert!(probe.is_alive(&begun));
        gate.open();
        assert!(standing.wait()?.success());
        assert!(!probe.is_alive(&begun));
        assert!(run(&probe, "2")?.wait()?.success());
        let ledger: Vec<_> = probe.ledger()?.iter().map(|it| (it.lease, it.begins)).collect();
        assert_eq!(ledger, [(1, true), (1, false), (2, true), (2, false)]);
        Ok(())
    }
}
