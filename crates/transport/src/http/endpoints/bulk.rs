//! One thing for many missions.

use std::sync::Arc;

use http::StatusCode;
use mission_control::kernel::MissionId;
use mission_control::missions::{Bulk, Refusal};
use mission_control::{Asker, Choice, Fate};
use mission_control_wire::reply::{BulkOutcome, BulkPreview, BulkReply};
use mission_control_wire::{Word, request};

use super::missions::Missions;
use crate::cursor::PreviewToken;
use crate::http::idempotency::Key;
use crate::http::{Problem, Reply, Request};
use crate::parse::{self, Asked};
use crate::show;

/// What to do when a preview does not hold all that fit.
const MORE: &str = "more missions fit than one preview holds: carry this one out, then preview \
                    again, or filter more narrowly";

pub(super) async fn bulk(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let body: request::Bulk = request.json()?;
    let asker = Asker {
        project: request.project()?.clone(),
        principal: request.principal()?.id.to_string(),
        actor: request.actor()?,
    };
    match parse::bulk(body, &area.signer, &asker.project)? {
        Asked::Preview(action, choice) => area.preview(asker, action, choice).await,
        Asked::Shown(token) => area.carry_out(asker, &token).await,
        Asked::Now(action, ids) => {
            let key = Key::of(&request)?.map(Key::into_name);
            let fates = area.control.command_all(asker, ids, action, key).await?;
            area.told(&fates)
        }
    }
}

impl Missions {
    async fn preview(&self, asker: Asker, action: Bulk, choice: Choice) -> Result<Reply, Problem> {
        let Asker { project, principal, .. } = asker.clone();
        let found = self.control.choose(asker, action, choice).await?;
        let token = PreviewToken::seal(&self.signer, &project, &principal, &found.id);
        let sample = self.control.view(found.sample).await?;
        Reply::json(&BulkPreview {
            count: found.breakdown.iter().map(|(_, count)| count).sum(),
            breakdown: show::breakdown(&found.breakdown),
            sample: sample.iter().map(show::shown).collect(),
            preview_token: &token,
            expires_at: Word(found.expires_at),
            missing: found.missing.into_iter().map(Word).collect(),
            more: found.more,
            advice: found.more.then_some(MORE),
            timestamp: Word(self.control.clock().now()),
        })
    }

    async fn carry_out(&self, asker: Asker, token: &str) -> Result<Reply, Problem> {
        let id = PreviewToken::open(&self.signer, &asker.project, &asker.principal, token);
        let id = id.ok_or_else(invalid_token)?;
        let fates = self.control.carry_out(asker, &id).await?;
        self.told(&fates.ok_or_else(expired)?)
    }

    fn told(&self, fates: &[(MissionId, Fate)]) -> Result<Reply, Problem> {
        let problems: Vec<_> = fates.iter().map(|(_, fate)| refusal(fate)).collect();
        let outcomes: Vec<_> = fates
            .iter()
            .zip(&problems)
            .map(|((mission, fate), problem)| BulkOutcome {
                mission_id: Word(*mission),
                outcome: word(fate),
                code: problem.as_ref().map(Problem::code),
                error: problem.as_ref().map(Problem::detail),
            })
            .collect();
        let count = |word| outcomes.iter().filter(|one| one.outcome == word).count() as u64;
        let [done, unchanged] = [count("done"), count("unchanged")];
        let [skipped, refused] = [count("skipped"), count("refused")];
        let timestamp = Word(self.control.clock().now());
        Reply::json(&BulkReply { done, unchanged, skipped, refused, outcomes, timestamp })
    }
}

const fn word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Done => "done",
        Fate::Unchanged => "unchanged",
        Fate::Refused(Refusal::Changed { .. }) => "skipped",
        Fate::Refused(_) => "refused",
    }
}

fn refusal(fate: &Fate) -> Option<Problem> {
    match fate {
        Fate::Done | Fate::Unchanged => None,
        Fate::Refused(refusal) => Some(refusal.clone().into()),
    }
}

/// 403: not a token of ours, or one that somebody else was given.
fn invalid_token() -> Problem {
    let detail = "the preview_token is none that a preview in this project has given you";
    Problem::forbidden("invalid_preview_token", detail)
}

/// 410: there is nothing to carry out any more.
fn expired() -> Problem {
    let detail = "the preview is over: nothing was done; preview again";
    Problem::new(StatusCode::GONE, "preview_expired", detail)
}
