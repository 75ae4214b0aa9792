//! The name of a preview, as its asker alone can send it.

use mission_control::kernel::ProjectId;

use super::Signer;

const PURPOSE: &str = "preview";

/// What a dry run gives: it stands for one selection, in one project, of one principal.
pub(crate) struct PreviewToken;

impl PreviewToken {
    pub(crate) fn seal(signer: &Signer, project: &ProjectId, principal: &str, id: &str) -> String {
        signer.seal(&purpose(project, principal), id.as_bytes())
    }

    pub(crate) fn open(
        signer: &Signer,
        project: &ProjectId,
        principal: &str,
        text: &str,
    ) -> Option<String> {
        String::from_utf8(signer.open(&purpose(project, principal), text)?).ok()
    }
}

/// A project's name has no slash, so nothing can move from one part into the next.
fn purpose(project: &ProjectId, principal: &str) -> String {
    format!("{PURPOSE}/{project}/{principal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_its_askers_alone() {
        let signer = Signer::new(b"key");
        let [lab, home] = ["lab", "home"].map(|name| name.parse::<ProjectId>().unwrap());
        let token = PreviewToken::seal(&signer, &lab, "ada", "one");
        let opened = |project, principal| PreviewToken::open(&signer, project, principal, &token);
        assert_eq!(opened(&lab, "ada").as_deref(), Some("one"));
        assert_eq!(opened(&home, "ada"), None, "in another project");
        assert_eq!(opened(&lab, "bob"), None, "somebody else");
    }
}
