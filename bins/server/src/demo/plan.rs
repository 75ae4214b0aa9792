//! What a simulated attempt is to be like: the input of its mission, for everybody to see.

use mission_control::kernel::JsonText;
use serde::{Deserialize, Serialize};

/// The longest simulated attempt in seconds: an hour, so that a slip of the finger shows.
const MAX_SECONDS: u32 = 3_600;

/// The most tokens that one simulated attempt claims to use.
const MAX_TOKENS: u64 = 10_000_000;

/// How one mission is played; also what anybody may give as the input of a mission of these kinds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Plan {
    /// How long an attempt takes, at most an hour.
    pub(super) seconds: u32,
    /// How it ends.
    pub(super) ending: Ending,
    /// The tokens that the model would read.
    pub(super) tokens_in: u64,
    /// The tokens that the model would write.
    pub(super) tokens_out: u64,
    /// What a thousand tokens would cost, in nano-dollars.
    pub(super) price_per_thousand: u32,
    /// 0–99: a clumsy agent spoils the first attempt when this is below its mishaps.
    pub(super) luck: u8,
}

/// How an attempt ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ending {
    /// Well.
    Completes,
    /// The first attempt fails in passing, the next one goes well.
    Stumbles,
    /// The provider's quota is used up once; then it goes well.
    HitsQuota,
    /// Every attempt dies half-way.
    Crashes,
    /// What it is given can never work.
    RefusesInput,
    /// It stops making progress, and stays so until it is cancelled or its time is over.
    GetsStuck,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seconds: 20,
            ending: Ending::Completes,
            tokens_in: 4_000,
            tokens_out: 600,
            price_per_thousand: 4_000_000,
            luck: 99,
        }
    }
}

impl Plan {
    /// Reads an input; a mission without one is played as [`Plan::default`] says.
    ///
    /// # Errors
    /// In a sentence what no plan can be.
    pub(super) fn read(input: Option<&JsonText>) -> Result<Self, String> {
        let Some(input) = input else { return Ok(Self::default()) };
        // Of an array, serde would take the members in their order.
        if !input.as_str().trim_start().starts_with('{') {
            return Err("the input is no plan of a simulation: it must be an object".to_owned());
        }
        let plan: Self = serde_json::from_str(input.as_str())
            .map_err(|error| format!("the input is no plan of a simulation: {error}"))?;
        if plan.seconds > MAX_SECONDS {
            return Err(format!("seconds is {}, at most {MAX_SECONDS}", plan.seconds));
        }
        if plan.tokens_in.max(plan.tokens_out) > MAX_TOKENS {
            return Err(format!("a simulation claims at most {MAX_TOKENS} tokens"));
        }
        Ok(plan)
    }

    /// As the input of a mission.
    pub(super) fn to_input(&self) -> JsonText {
        let text = serde_json::to_string(self).expect("numbers and a word have a JSON form");
        JsonText::from_checked(&text).expect("six members are small")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_back_what_it_wrote_and_what_it_leaves_out_is_usual() {
        let plan = Plan { ending: Ending::HitsQuota, luck: 3, ..Plan::default() };
        assert_eq!(Plan::read(Some(&plan.to_input())).unwrap(), plan);
        let sparse = JsonText::from_checked(r#"{"ending": "gets-stuck"}"#).unwrap();
        let expected = Plan { ending: Ending::GetsStuck, ..Plan::default() };
        assert_eq!(Plan::read(Some(&sparse)).unwrap(), expected);
        assert_eq!(Plan::read(None).unwrap(), Plan::default());
    }

    #[test]
    fn what_is_no_plan_is_refused_in_words() {
        for (input, word) in [
            (r#"{"seconds": 3601}"#, "at most 3600"),
            (r#"{"tokens_in": 10000001}"#, "10000000 tokens"),
            (r#"{"ending": "explodes"}"#, "explodes"),
            (r#"{"second": 1}"#, "second"),
            ("[]", "no plan"),
        ] {
            let input = JsonText::from_checked(input).unwrap();
            let refused = Plan::read(Some(&input)).unwrap_err();
            assert!(refused.contains(word), "{refused}");
        }
    }
}
