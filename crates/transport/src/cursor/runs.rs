//! Where the next page of a list of runs, or of workflows, begins.

use mission_control::kernel::{ProjectId, RunId};
use mission_control::workflows::WorkflowName;
use uuid::Uuid;

use super::Signer;

/// A place in a project's list of runs: the last one that was given.
pub(crate) struct RunsCursor;

/// A place in a project's list of workflows: the last name that was given.
pub(crate) struct WorkflowsCursor;

impl RunsCursor {
    pub(crate) fn seal(signer: &Signer, project: &ProjectId, run: RunId) -> String {
        signer.seal(&format!("runs/{project}"), run.uuid().as_bytes())
    }

    pub(crate) fn open(signer: &Signer, project: &ProjectId, text: &str) -> Option<RunId> {
        let bytes = signer.open(&format!("runs/{project}"), text)?;
        Some(RunId::new(Uuid::from_slice(&bytes).ok()?))
    }
}

impl WorkflowsCursor {
    pub(crate) fn seal(signer: &Signer, project: &ProjectId, name: &WorkflowName) -> String {
        signer.seal(&format!("workflows/{project}"), name.as_str().as_bytes())
    }

    pub(crate) fn open(signer: &Signer, project: &ProjectId, text: &str) -> Option<WorkflowName> {
        let bytes = signer.open(&format!("workflows/{project}"), text)?;
        String::from_utf8(bytes).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_belongs_to_its_list_and_its_project() {
        let signer = Signer::new(b"key");
        let [lab, home] = ["lab", "home"].map(|name| name.parse::<ProjectId>().unwrap());
        let run: RunId = "019126f4-5d40-7000-8000-0000000000f1".parse().unwrap();
        let text = RunsCursor::seal(&signer, &lab, run);
        assert_eq!(RunsCursor::open(&signer, &lab, &text), Some(run));
        assert_eq!(RunsCursor::open(&signer, &home, &text), None);
        assert_eq!(WorkflowsCursor::open(&signer, &lab, &text), None);
        let name: WorkflowName = "invoices".parse().unwrap();
        let text = WorkflowsCursor::seal(&signer, &lab, &name);
        assert_eq!(WorkflowsCursor::open(&signer, &lab, &text), Some(name));
        assert_eq!(WorkflowsCursor::open(&signer, &home, &text), None);
    }
}
