//! Who is counted, and what is told.

use std::time::Duration;

use mission_control_identity::Principal;
use mission_control_kernel::ProjectId;

use super::*;

fn rate(rate: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(rate)
}

fn at(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn someone(id: &str, role: Role) -> Principal {
    let grants = Grants::within([(ProjectId::default_project(), role)]);
    Principal { id: id.parse().unwrap(), grants, ..Principal::administrator() }
}

/// How many of a hundred requests are let in.
fn let_in(limits: &RateLimits, charges: Charges, who: Option<&Principal>, from: &str) -> usize {
    let who = who.map(|who| Who { grants: &who.grants, owner: &who.id });
    let count = || limits.count(charges, who, at(from), limits.begun.unwrap_or_else(Instant::now));
    (0..100).filter(|_| count().is_none_or(|allowance| allowance.check().is_ok())).count()
}

#[test]
fn the_unknown_are_counted_by_address_and_the_known_by_name() {
    let limits = RateLimits::new(rate(10), rate(20), Instant::now());
    let all = |who: Option<&Principal>, from| let_in(&limits, Charges::Everybody, who, from);
    let (ada, bob) = (someone("ada", Role::Operator), someone("bob", Role::Viewer));
    assert_eq!(all(None, "203.0.113.1"), 10);
    assert_eq!(all(Some(&ada), "203.0.113.1"), 20, "the address has nothing to do with her");
    assert_eq!(all(Some(&ada), "203.0.113.2"), 0, "nor does another one help");
    assert_eq!(all(Some(&bob), "203.0.113.1"), 20);
    assert_eq!(all(None, "203.0.113.2"), 10);
    assert_eq!(all(None, "::ffff:203.0.113.2"), 0, "the same, through a dual-stack socket");
}

#[test]
fn the_tokens_of_one_person_are_counted_together() {
    let limits = RateLimits::new(None, rate(20), Instant::now());
    let ada = someone("ada", Role::Admin);
    let tokens = ["token:1", "token:2", "token:3"].map(|id| someone(id, Role::Viewer));
    let let_in: usize = (0..10)
        .flat_map(|_| &tokens)
        .filter_map(|token| {
            let who = Who { grants: &token.grants, owner: &ada.id };
            limits.count(Charges::Everybody, Some(who), at("::1"), limits.begun?)
        })
        .filter(|allowance| allowance.check().is_ok())
        .count();
    assert_eq!(let_in, 20);
}

#[test]
fn addresses_of_one_ipv6_network_are_one() {
    let limits = RateLimits::new(rate(10), None, Instant::now());
    let of = |from| let_in(&limits, Charges::Everybody, None, from);
    assert_eq!(of("2001:db8::1"), 10);
    assert_eq!(of("2001:db8::2"), 0);
    assert_eq!(of("2001:db8::ffff:1:2:3"), 0);
    assert_eq!(of("2001:db8:0:1::1"), 10);
}

#[test]
fn work_under_a_lease_and_what_agents_hand_on_are_never_held_up() {
    let (agent, ada) = (someone("token:1", Role::Agent), someone("ada", Role::Operator));
    let nobody = Principal { grants: Grants::default(), ..ada.clone() };
    let both = Grants::within([
        ("lab".parse().unwrap(), Role::Viewer),
        (ProjectId::default_project(), Role::Agent),
    ]);
    let both = Principal { id: "both".parse().unwrap(), grants: both, ..ada.clone() };
    let everywhere = Principal { grants: Grants::everywhere(Role::Agent), ..agent.clone() };
    let table = [
        (Charges::Everybody, Some(&agent), 10),
        (Charges::AllButAgents, Some(&agent), 100),
        (Charges::AllButAgents, Some(&everywhere), 100),
        (Charges::AllButAgents, Some(&both), 10),
        (Charges::AllButAgents, Some(&ada), 10),
        (Charges::AllButAgents, None, 10),
        (Charges::Strangers, Some(&agent), 100),
        (Charges::Strangers, Some(&ada), 100),
        (Charges::Strangers, None, 10),
        (Charges::Nobody, None, 100),
        (Charges::Nobody, Some(&nobody), 100),
        (Charges::Everybody, Some(&nobody), 10),
    ];
    for (charges, who, expected) in table {
        let limits = RateLimits::new(rate(10), rate(10), Instant::now());
        assert_eq!(let_in(&limits, charges, who, "203.0.113.1"), expected, "{charges:?} {who:?}");
    }
}

#[test]
fn an_address_that_is_spent_is_known_without_taking_from_it() {
    let limits = RateLimits::new(rate(10), None, Instant::now());
    let begun = limits.begun.unwrap();
    let spent = |charges, from| limits.spent(charges, at(from), begun).is_some();
    let from = "203.0.113.1";
    (0..100).for_each(|_| assert!(!spent(Charges::Everybody, from), "looking takes nothing"));
    assert_eq!(let_in(&limits, Charges::Everybody, None, from), 10);
    assert!(spent(Charges::Everybody, from) && spent(Charges::AllButAgents, from));
    assert!(!spent(Charges::Strangers, from), "a report is not dropped");
    assert!(!spent(Charges::Everybody, "203.0.113.2"));
    assert!(limits.spent(Charges::Everybody, at(from), begun + Duration::from_secs(6)).is_none());
}

#[test]
fn routes_of_agents_are_work_and_all_others_are_counted() {
    for role in Role::ALL {
        let expected = if role == Role::Agent { Charges::Strangers } else { Charges::Everybody };
        assert_eq!(Charges::of(Access::Project(role)), expected);
        assert_eq!(Charges::of(Access::Everywhere(role)), Charges::Everybody);
    }
    assert_eq!(Charges::of(Access::Open), Charges::Everybody);
    assert_eq!(Charges::of(Access::default()), Charges::Everybody);
}

#[test]
fn what_is_left_is_told_in_the_fields_of_the_draft() {
    let limits = RateLimits::new(rate(100), None, Instant::now());
    let begun = limits.begun.unwrap();
    let told = |after: Duration| {
        let count = limits.count(Charges::Everybody, None, at("::1"), begun + after).unwrap();
        let mut headers = HeaderMap::new();
        count.tell(&mut headers);
        let text = |name| headers[&name].to_str().unwrap().to_owned();
        (text(RATE_LIMIT_POLICY), text(RATE_LIMIT), count.exhausted())
    };
    let policy = "\"anonymous\";q=100;w=60".to_owned();
    let first = "\"anonymous\";r=99;t=1".to_owned();
    assert_eq!(told(Duration::ZERO), (policy.clone(), first, None));
    (1..100).for_each(|_| drop(told(Duration::ZERO)));
    let last = "\"anonymous\";r=0;t=60".to_owned();
    assert_eq!(told(Duration::ZERO), (policy.clone(), last, Some(Budget::Anonymous)));
    let later = "\"anonymous\";r=49;t=31".to_owned();
    assert_eq!(told(Duration::from_secs(30)), (policy, later, None));
}

#[test]
fn a_limit_that_is_off_counts_nobody() {
    let (off, by_name) = (RateLimits::default(), RateLimits::new(None, rate(1), Instant::now()));
    let ada = someone("ada", Role::Viewer);
    assert_eq!(let_in(&off, Charges::Everybody, Some(&ada), "::1"), 100);
    assert_eq!(let_in(&off, Charges::Everybody, None, "::1"), 100);
    assert_eq!(let_in(&by_name, Charges::Everybody, None, "::1"), 100);
    assert_eq!(let_in(&by_name, Charges::Everybody, Some(&ada), "::1"), 1);
}
