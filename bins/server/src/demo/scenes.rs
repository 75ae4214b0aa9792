//! What the simulated missions are about.

/// The kind of simulated code reviews.
pub(super) const REVIEW: &str = "simulated.code-review";
/// The kind of simulated extractions from documents.
pub(super) const EXTRACTION: &str = "simulated.extraction";
/// The kind of simulated data analyses.
pub(super) const ANALYSIS: &str = "simulated.analysis";
/// The kind of simulated watches.
pub(super) const MONITORING: &str = "simulated.monitoring";

/// One kind of simulated work, and everything that is said in it.
#[derive(Debug)]
pub(super) struct Scene {
    /// The kind of its missions.
    pub(super) kind: &'static str,
    /// The label of the trade.
    pub(super) label: &'static str,
    /// The team that asks for it.
    pub(super) team: &'static str,
    /// The models that are named; no provider has any of them.
    pub(super) models: [&'static str; 2],
    /// Titles and descriptions.
    pub(super) subjects: &'static [(&'static str, &'static str)],
    /// What an attempt says, step by step.
    pub(super) steps: &'static [&'static str],
    /// What comes out of it, as JSON.
    pub(super) result: &'static str,
    /// How a first attempt fails in passing.
    pub(super) stumble: &'static str,
    /// How the provider says that it has had enough.
    pub(super) quota: &'static str,
    /// How an attempt dies.
    pub(super) crash: &'static str,
    /// Why an input can never work.
    pub(super) refusal: &'static str,
}

/// All kinds of simulated work.
pub(super) static SCENES: [Scene; 4] = [
    Scene {
        kind: REVIEW,
        label: "code-review",
        team: "platform",
        models: ["demo-large-2", "demo-small-2"],
        subjects: &[
            (
                "Review: retry budget for webhook deliveries",
                "Check that a failing receiver cannot use up all workers, and that every retry has a bound.",
            ),
            (
                "Review: split the nightly billing job",
                "The job is cut into one mission per tenant. Look for invoices that could be made twice.",
            ),
            (
                "Review: rate limits on the public search API",
                "Look at the limits' keys, what happens at the edge of a window, and the answer a client gets.",
            ),
            (
                "Review: remove dead feature flags",
                "Eleven flags are fully rolled out. Make sure that no branch is kept that nobody can reach.",
            ),
            (
                "Review: cache the price book per tenant",
                "Who empties the cache when a price changes, and what is shown until then?",
            ),
            (
                "Review: move sessions out of the web process",
                "Look for state that was assumed to be local, and for logins that would be lost on deploy.",
            ),
        ],
        steps: &[
            "reading the diff and the files around it",
            "running the linters on what changed",
            "following the error paths",
            "comparing with the conventions of the module",
            "looking for tests that would have failed before",
            "writing the summary for the author",
        ],
        result: r#"{"verdict": "changes requested", "findings": 3, "blocking": 1, "summary": "One retry without a bound; two names that say less than they could."}"#,
        stumble: "the repository could not be fetched: connection reset by peer",
        quota: "429 from the provider: the tokens of this minute are used up",
        crash: "the sandbox ended with signal 9 (out of memory) while the linters ran",
        refusal: "the pull request was closed and its branch is gone",
    },
    Scene {
        kind: EXTRACTION,
        label: "extraction",
        team: "finance-ops",
        models: ["demo-vision-1", "demo-small-2"],
        subjects: &[
            (
                "Extract line items from the March invoices",
                "42 scanned PDFs; give amounts in cents, tax apart, and name every page that could not be read.",
            ),
            (
                "Extract notice periods from supplier contracts",
                "Batch 7. A quoted sentence with its page for each value; leave a value empty rather than guess.",
            ),
            (
                "Extract parties and dates from lease agreements",
                "Sixteen agreements in three languages; dates in ISO form.",
            ),
            (
                "Extract claims from support letters",
                "One row for each claim: product, date of purchase, what went wrong, what is asked for.",
            ),
            (
                "Extract measurements from lab reports",
                "Units as written and normalised; reports older than 2019 have another layout.",
            ),
        ],
        steps: &[
            "opening the batch and counting pages",
            "recognising text on scanned pages",
            "finding tables and their headings",
            "reading values, each with its page",
            "checking sums against the totals on the page",
            "writing the rows and what was left open",
        ],
        result: r#"{"documents": 42, "rows": 318, "left_open": 5, "sums_match": true}"#,
        stumble: "the document store answered 503 while page 17 was read",
        quota: "429 from the provider: images of this hour are used up",
        crash: "the text recogniser died on a page of 24,000 × 31,000 pixels",
        refusal: "the archive is encrypted and no password was given",
    },
    Scene {
        kind: ANALYSIS,
        label: "data-analysis",
        team: "growth",
        models: ["demo-large-2", "demo-analyst-1"],
        subjects: &[
            (
                "Analyse weekly churn by plan",
                "Compare the last eight weeks; name the two changes that explain most of it, with their uncertainty.",
            ),
            (
                "Explain the drop in activation on Android",
                "Since release 5.14. Separate what the release did from what the campaign did.",
            ),
            (
                "Find duplicate accounts in the CRM",
                "Propose merges with a confidence for each; merge nothing.",
            ),
            (
                "Forecast support volume for next quarter",
                "By language and channel, with the interval that you would bet on.",
            ),
            (
                "Compare two pricing pages",
                "The test ran for 21 days. Say whether it can be decided, and by how much.",
            ),
        ],
        steps: &[
            "reading the question and the tables it needs",
            "writing the query and looking at its plan",
            "running the query on the replica",
            "looking for gaps and duplicates in the rows",
            "fitting, and comparing with last quarter's fit",
            "drawing the two charts that carry the answer",
            "writing it up with what is not known",
        ],
        result: r#"{"answer": "Two thirds of it come from the annual plan's price change.", "confidence": 0.82, "charts": 2}"#,
        stumble: "the replica was five minutes behind and refused the query",
        quota: "429 from the provider: requests of this minute are used up",
        crash: "the notebook's kernel died: 3.9 GiB of 4 GiB were in use",
        refusal: "the table analytics.events_v1 does not exist any more",
    },
    Scene {
        kind: MONITORING,
        label: "monitoring",
        team: "on-call",
        models: ["demo-small-2", "demo-large-2"],
        subjects: &[
            (
                "Watch the checkout's error rate after the deploy",
                "Fifteen minutes in steps; compare with the same time last week before raising an alarm.",
            ),
            (
                "Check certificates that end within 30 days",
                "All public names; open a ticket for each that nobody renews by itself.",
            ),
            (
                "Summarise last night's alerts",
                "Group what belongs together; name the first cause where it can be seen.",
            ),
            (
                "Look for slow queries on the orders database",
                "Those that became slower since yesterday, with their plans.",
            ),
            (
                "Verify that last night's backups can be restored",
                "Restore one of them into the sandbox and count rows.",
            ),
        ],
        steps: &[
            "reading dashboards and the deploy's log",
            "taking the first sample",
            "comparing with the same hour last week",
            "taking the second sample",
            "writing the note for the people on call",
        ],
        result: r#"{"status": "quiet", "samples": 2, "alarms": 0}"#,
        stumble: "the metrics endpoint timed out once",
        quota: "429 from the provider: requests of this minute are used up",
        crash: "the probe's process ended with code 137",
        refusal: "there is no service of this name in the catalogue",
    },
];

#[cfg(test)]
mod tests {
    use mission_control::kernel::JsonText;
    use mission_control::missions::{Description, Kind, ShortName, Title};

    use super::*;

    #[test]
    fn every_text_fits_its_place() {
        for scene in &SCENES {
            assert!(scene.kind.starts_with("simulated.") && scene.kind.parse::<Kind>().is_ok());
            assert!(serde_json::from_str::<serde_json::Value>(scene.result).is_ok());
            assert!(JsonText::from_checked(scene.result).is_ok());
            assert!(scene.models.iter().all(|model| ShortName::parse(model).is_ok()));
            for (title, description) in scene.subjects {
                Title::parse(title).unwrap();
                assert_eq!(Description::cleaned(description).as_str(), *description);
            }
            assert!(scene.steps.len() >= 3);
        }
    }
}
