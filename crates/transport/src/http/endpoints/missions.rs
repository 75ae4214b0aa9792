//! Making, reading and editing missions.

use std::sync::Arc;

use http::header::LINK;
use http::{HeaderValue, StatusCode};
use mission_control::kernel::{MissionId, Scope, Timestamp};
use mission_control::missions::{Command, Edit, NewMission, Outcome, Refusal, Verdict};
use mission_control::{MissionControl, Shown};
use mission_control_identity::Role;
use mission_control_wire::reply::{self, Deed};
use mission_control_wire::request::CreateMission;
use mission_control_wire::{EncodeError, Word, to_bytes};
use sha2::{Digest, Sha256};

use super::Services;
use super::actions::told;
use crate::Signer;
use crate::cursor::ListCursor;
use crate::http::idempotency::{Key, kept, replayed};
use crate::http::preconditions::is_known;
use crate::http::{IfMatch, Problem, Reply, Request};
use crate::{parse, show};

/// So many bytes of a digest tell apart what one mission looks like over time.
const TAG_BYTES: usize = 8;

/// How often an edit of whatever is current is tried again when somebody else was faster.
const EDIT_TRIES: usize = 5;

/// What endpoints about missions need.
pub(super) struct Missions {
    pub(super) control: MissionControl,
    pub(super) signer: Signer,
}

pub(super) async fn create(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let mission = parse::new_mission(&area.maker(&request)?, request.json()?)?;
    area.make(&request, mission).await
}

/// Whoever does the work of an agent names the lease under which it does: what was made by an attempt
/// that somebody else has begun anew would be made twice.
pub(super) async fn create_child(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let parent: MissionId = request.param("id")?;
    let mut body: CreateMission = request.json()?;
    if body.parent_id.is_some_and(|named| named.0 != parent) {
        return Err(Problem::from(Refusal::UnknownParent { parent }));
    }
    body.parent_id = Some(Word(parent));
    area.find(&request.scope()?, parent).await?;
    let lease = body.lease_id.map(|lease| lease.0);
    area.is_its_agents(&request, parent, lease).await?;
    if lease.is_none() && is_an_agent(&request)? {
        return Err(Refusal::LeaseRequired.into());
    }
    let mission = parse::new_mission(&area.maker(&request)?, body)?;
    area.make(&request, mission).await
}

pub(super) async fn create_batch(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let missions = parse::new_missions(&area.maker(&request)?, request.json()?)?;
    let receipt = Key::of(&request)?.map(|key| key.receipt(StatusCode::CREATED, batch_created));
    match area.control.create(missions, receipt).await? {
        Verdict::Done(_, Some(rendered)) => kept(rendered),
        Verdict::Done(outcome, None) => {
            Ok(Reply::json_text(batch_created(&outcome)?).status(StatusCode::CREATED))
        }
        Verdict::Replayed(rendered) => replayed(rendered),
        Verdict::Refused(refusal) => Err(refusal.into()),
    }
}

pub(super) async fn get(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let mission = area.find(&request.scope()?, request.param("id")?).await?;
    let shown = area.control.view(vec![mission]).await?;
    let shown = shown.first().ok_or_else(Problem::not_found)?;
    let tag = tag(shown)?;
    if is_known(&request, &tag) {
        return Ok(Reply::not_modified().etag(tag));
    }
    let timestamp = Word(area.control.clock().now());
    let shape = reply::MissionReply { mission: show::shown(shown), timestamp };
    Ok(Reply::json(&shape)?.etag(tag))
}

pub(super) async fn list(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let query = parse::list_query(request.query(), &area.signer, request.project()?)?;
    let listing = area.control.list(&request.scope()?, &query).await?;
    let next = listing.page.next;
    let cursor = |place| ListCursor { sort: query.sort, place };
    let project = request.project()?;
    let next = next.map(|place| cursor(place).seal(&area.signer, project));
    let missions = area.control.view(listing.page.missions).await?;
    let reply = Reply::json(&reply::MissionList {
        missions: missions.iter().map(show::shown).collect(),
        total: listing.total,
        timestamp: Word(area.control.clock().now()),
        next_cursor: next.as_deref(),
        total_capped: listing.total_capped,
    })?;
    match next {
        Some(cursor) => Ok(reply.header(LINK, next_link(&request, &cursor)?)),
        None => Ok(reply),
    }
}

pub(super) async fn patch(area: Arc<Missions>, request: Request) -> Result<Reply, Problem> {
    let (scope, id): (_, MissionId) = (request.scope()?, request.param("id")?);
    let if_match = request.if_match()?;
    let asked = parse::edit(request.json()?)?;
    for _ in 0..EDIT_TRIES {
        let edit = area.merged(&scope, id, if_match, asked.clone()).await?;
        let (by, command) = (request.actor()?, Command::Edit(edit));
        match area.control.command(by, scope.clone(), id, command, None).await? {
            Verdict::Done(outcome, _) => return area.edited(outcome).await,
            Verdict::Refused(Refusal::Stale { .. }) if if_match == IfMatch::Any => {}
            Verdict::Refused(refusal) => return Err(refusal.into()),
            Verdict::Replayed(rendered) => return replayed(rendered),
        }
    }
    Err(Refusal::Busy.into())
}

impl Missions {
    pub(super) fn new(services: &Services) -> Self {
        Self { control: services.control.clone(), signer: services.signer.clone() }
    }

    pub(super) async fn find(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<mission_control::missions::Mission, Problem> {
        self.control.mission(scope, id).await?.ok_or_else(Problem::not_found)
    }

    fn maker<'a>(&'a self, request: &'a Request) -> Result<parse::Maker<'a>, Problem> {
        Ok(parse::Maker {
            ids: self.control.ids(),
            clock: self.control.clock(),
            project: request.project()?,
            created_by: request.principal()?.signature(),
        })
    }

    pub(super) async fn make(
        &self,
        request: &Request,
        mission: NewMission,
    ) -> Result<Reply, Problem> {
        let now = self.control.clock().now();
        let render = move |outcome: &Outcome| created(outcome, now);
        let receipt = Key::of(request)?.map(|key| key.receipt(StatusCode::CREATED, render));
        let location = format!("/api/missions/{}", mission.id);
        match self.control.create(vec![mission], receipt).await? {
            Verdict::Done(_, Some(rendered)) => kept(rendered)?.created(&location),
            Verdict::Done(outcome, None) => Reply::json_text(render(&outcome)?).created(&location),
            Verdict::Replayed(rendered) => replayed(rendered),
            Verdict::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// The edit with its metadata merged into what is stored, bound to the revision it was merged
    /// into.
    async fn merged(
        &self,
        scope: &Scope,
        id: MissionId,
        if_match: IfMatch,
        mut edit: Edit,
    ) -> Result<Edit, Problem> {
        edit.if_match = match if_match {
            IfMatch::Any => None,
            IfMatch::Revision(revision) => Some(revision),
        };
        let Some(patch) = edit.metadata.take() else { return Ok(edit) };
        let mission = self.find(scope, id).await?;
        let current = mission.revision;
        if edit.if_match.is_some_and(|seen| seen != current) {
            return Err(Refusal::Stale { current }.into());
        }
        let metadata = parse::merged(&mission.spec.metadata, &patch);
        let metadata = metadata.map_err(|invalid| Problem::invalid("metadata", invalid))?;
        (edit.if_match, edit.metadata) = (Some(current), Some(metadata));
        Ok(edit)
    }

    async fn edited(&self, outcome: Outcome) -> Result<Reply, Problem> {
        let shown = self.control.view(outcome.missions).await?;
        let reply = Reply::json_text(told(&shown, Deed::Edited, self.control.clock().now())?);
        Ok(match shown.first() {
            Some(shown) => reply.etag(tag(shown)?),
            None => reply,
        })
    }
}

/// Whether somebody may do what agents do and nothing else.
fn is_an_agent(request: &Request) -> Result<bool, Problem> {
    let role = request.principal()?.grants.role_in(request.project()?);
    Ok(role == Some(Role::Agent))
}

/// What changes with everything that is shown of a mission: the revision, which `If-Match` goes by,
/// and a digest of the rest, since progress, leases and children change without an edit.
fn tag(shown: &Shown) -> Result<HeaderValue, Problem> {
    let digest = Sha256::digest(to_bytes(&show::shown(shown))?);
    let digits: String = digest.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
    let text = format!("\"{}-{digits}\"", shown.mission.revision.number());
    HeaderValue::try_from(text).map_err(|_| Problem::internal())
}

/// A new mission has nothing below it: its progress is its own.
fn created(outcome: &Outcome, now: Timestamp) -> Result<Vec<u8>, EncodeError> {
    let shape = outcome.missions.first().map(|mission| reply::Created {
        mission_id: Word(mission.id),
        mission: show::mission(mission, 0.0),
        message: Deed::Created,
        timestamp: Word(now),
    });
    to_bytes(&shape)
}

fn batch_created(outcome: &Outcome) -> Result<Vec<u8>, EncodeError> {
    let mission_ids = outcome.missions.iter().map(|mission| Word(mission.id)).collect();
    to_bytes(&reply::BatchCreated { mission_ids })
}

/// The same list from the next place on (RFC 8288).
fn next_link(request: &Request, cursor: &str) -> Result<HeaderValue, Problem> {
    let others = request.raw_query().split('&');
    let others = others.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let own = format!("cursor={cursor}");
    let query = others.chain([own.as_str()]).collect::<Vec<_>>().join("&");
    let link = format!("<{}?{query}>; rel=\"next\"", request.path());
    HeaderValue::try_from(link).map_err(|_| Problem::internal())
}
