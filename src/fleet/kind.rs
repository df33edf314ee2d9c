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
    /// The EMS, the vendor's gateway program above the C SDK.
    Ems,
    /// An application on the Java SDK.
    JavaSdk,
    /// An application on the .NET SDK.
    #[serde(rename = "dotnet-sdk")]
    DotNetSdk,
    /// Any other WebSocket or MQTT agent that backs off.
    Generic,
}

impl AgentKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::ExampleAgent, Self::CSdk, Self::Ems, Self::JavaSdk, Self::DotNetSdk, Self::Generic];

    /// The word in the project file.
    pub fn word(self) -> &'static str {
        match self {
            Self::CSdk => "c-sdk",
            Self::ExampleAgent => "example-agent",
            Self::Ems => "ems",
            Self::JavaSdk => "java-sdk",
            Self::DotNetSdk => "dotnet-sdk",
            Self::Generic => "generic",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::CSdk => "C SDK",
            Self::ExampleAgent => "ExampleAgent",
            Self::Ems => "EMS",
            Self::JavaSdk => "Java SDK",
            Self::DotNetSdk => ".NET SDK",
            Self::Generic => "Generic agent",
        }
    }

    /// Returns whether the kind inherits what C SDK 2.2.1 was measured to do with sockets: after a read or
    /// write error it connects at once, undelayed, before its real attempt, and it keeps the socket when
    /// authentication or bind fails.
    pub fn is_c_sdk_family(self) -> bool {
        matches!(self, Self::CSdk | Self::ExampleAgent | Self::Ems)
    }

    /// Returns the kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
