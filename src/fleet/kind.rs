//! Agent kinds.

use serde::Serialize;

/// A kind of agent software: it decides which settings a group has and how its devices reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentKind {
    /// An application on the C SDK whose reconnects are left to the SDK.
    CSdk,
    /// The vendor's sample application with a connection manager above the C SDK.
    ExampleAgent,
}

impl AgentKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::ExampleAgent, Self::CSdk];

    /// The word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::CSdk => "c-sdk",
            Self::ExampleAgent => "example-agent",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::CSdk => "C SDK",
            Self::ExampleAgent => "ExampleAgent",
        }
    }

    /// Returns the kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
