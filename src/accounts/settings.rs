//! What an office sets: how long sessions last, when accounts are locked, whether one may approve one's own proposal.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::error::AccountError;
use super::rights::Rights;
use crate::store::SettingStore;

/// The topic under which they are kept.
const TOPIC: &str = "accounts";

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// minutes without a request after which a session ends
    pub idle_minutes: u64,
    /// hours after which it ends in any case
    pub session_hours: u64,
    /// wrong passwords before an account is locked
    pub failures: u32,
    /// minutes for which it is then locked
    pub lock_minutes: u64,
    /// and at most
    pub lock_minutes_most: u64,
    /// characters of a password at least
    pub password_length: usize,
    /// days for which accesses are kept
    pub access_days: u64,
    /// whether one and the same person may propose and approve
    pub own_approval: bool,
}

impl Settings {
    /// As the office has set them; a value that does not fit any more is left at its default.
    pub fn of(store: &dyn SettingStore) -> Result<Self, AccountError> {
        let mut settings = Rights::compiled().settings().clone();
        for (name, value) in store.settings(TOPIC)? {
            if let Ok(value) = serde_json::from_str(&value)
                && let Ok(with) = settings.with(&name, value)
            {
                settings = with;
            }
        }
        Ok(settings)
    }

    /// Sets one; the text is JSON or a word.
    pub fn set(store: &dyn SettingStore, name: &str, text: &str) -> Result<Self, AccountError> {
        let value: Json = serde_json::from_str(text).map_err(|_| AccountError::Setting(name.to_owned()))?;
        let settings = Self::of(store)?.with(name, value.clone())?;
        store.set_setting(TOPIC, name, Some(&value.to_string()))?;
        Ok(settings)
    }

    /// By name, as `boundstone user settings` lists them.
    pub fn members(&self) -> Map<String, Json> {
        match serde_json::to_value(self) {
            Ok(Json::Object(members)) => members,
            _ => Map::new(),
        }
    }

    fn with(&self, name: &str, value: Json) -> Result<Self, AccountError> {
        let wrong = || AccountError::Setting(name.to_owned());
        let mut members = self.members();
        *members.get_mut(name).ok_or_else(wrong)? = value;
        let settings: Self = serde_json::from_value(members.into()).map_err(|_| wrong())?;
        let fits = (1..=10_080).contains(&settings.idle_minutes)
            && (1..=720).contains(&settings.session_hours)
            && (3..=100).contains(&settings.failures)
            && (1..=10_080).contains(&settings.lock_minutes)
            && (settings.lock_minutes..=10_080).contains(&settings.lock_minutes_most)
            && (8..=64).contains(&settings.password_length)
            && (183..=36_500).contains(&settings.access_days);
        if fits { Ok(settings) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, RegisterInfo};

    #[test]
    fn settings_are_kept_and_those_out_of_reach_are_refused() {
        let store = MemoryStore::new(RegisterInfo { title: "试".into(), created: String::new() });
        assert_eq!(&Settings::of(&store).unwrap(), Rights::compiled().settings());
        assert!(Settings::set(&store, "own_approval", "true").unwrap().own_approval);
        assert_eq!(Settings::set(&store, "access_days", "400").unwrap().access_days, 400);
        for (name, text) in
            [("access_days", "30"), ("idle_minutes", "0"), ("nothing", "1"), ("failures", "x")]
        {
            assert!(Settings::set(&store, name, text).is_err(), "{name} {text}");
        }
        let kept = Settings::of(&store).unwrap();
        assert!(kept.own_approval && kept.access_days == 400);
    }
}
