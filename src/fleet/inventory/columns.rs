//! What the columns of an inventory mean: proposed from their headers, overridden by the user.
//!
//! A header is compared without case, blanks and punctuation, so `Thing Name`, `thing_name` and
//! `THING-NAME` are one. A column that nothing is proposed for stays a variable under its own header:
//! nothing of a file is dropped.

use crate::fleet::kind::AgentKind;
use crate::fleet::setting::Setting;
use crate::fleet::settings::{Area, GROUP};
use thiserror::Error;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Name of the thing, the identity of a device. Required, unique.
    Thing,
    /// Id of the group in the project; may be empty.
    Group,
    /// Site.
    Site,
    /// Host that the device connects to.
    Host,
    /// Port that the device connects to.
    Port,
    /// Reference to the application key, never the key itself.
    Key,
    /// Another secret; references only, as for the application key.
    Secret,
    /// The device's own value of the agent setting with this key, in the unit of the agent's file.
    Setting(&'static str),
    /// Anything else; a variable for the writers of agent files, named by its header.
    Variable,
}

impl Role {
    /// Roles that at most one column has and that are no setting, in the order in which they are shown.
    pub const SINGLE: [Self; 6] = [Self::Thing, Self::Group, Self::Site, Self::Host, Self::Port, Self::Key];

    /// Returns the word in the project file; a setting's is its key.
    pub fn word(self) -> &'static str {
        match self {
            Self::Thing => "thing",
            Self::Group => "group",
            Self::Site => "site",
            Self::Host => "host",
            Self::Port => "port",
            Self::Key => "key",
            Self::Secret => "secret",
            Self::Setting(key) => key,
            Self::Variable => "variable",
        }
    }

    /// Returns the role with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        let plain = Self::SINGLE.into_iter().chain([Self::Secret, Self::Variable]);
        plain
            .into_iter()
            .find(|role| role.word() == word)
            .or_else(|| keys().find(|setting| setting.key == word).map(|setting| Self::Setting(setting.key)))
    }

    /// Returns the name shown to people; a setting's is its key, which operators search for.
    pub fn label(self) -> &'static str {
        match self {
            Self::Thing => "Thing name",
            Self::Group => "Group",
            Self::Site => "Site",
            Self::Host => "Host",
            Self::Port => "Port",
            Self::Key => "Application key",
            Self::Secret => "Secret",
            Self::Setting(key) => key,
            Self::Variable => "Variable",
        }
    }

    /// Returns whether only references to a secret may stand in the column.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::Key | Self::Secret)
    }
}

/// Headers that mean a role, normalised, best first.
const SYNONYMS: [(Role, &[&str]); 6] = [
    (
        Role::Thing,
        &[
            "thingname",
            "thing",
            "thingid",
            "deviceid",
            "devicename",
            "device",
            "identifier",
            "assetid",
            "assetname",
            "asset",
            "serialnumber",
            "serial",
            "name",
            "id",
        ],
    ),
    (Role::Group, &["group", "groupid", "groupname", "devicegroup", "fleetgroup", "category"]),
    (Role::Site, &["site", "siteid", "sitename", "plant", "location", "facility", "standort", "werk"]),
    (
        Role::Host,
        &[
            "host",
            "hostname",
            "platformhost",
            "serverhost",
            "server",
            "servername",
            "platform",
            "wshost",
            "wsserverhost",
            "address",
            "fqdn",
            "ip",
            "ipaddress",
        ],
    ),
    (Role::Port, &["port", "platformport", "serverport", "wsport", "wsserverport", "tcpport"]),
    (
        Role::Key,
        &[
            "applicationkey",
            "appkey",
            "applicationkeyreference",
            "appkeyreference",
            "appkeyref",
            "keyref",
            "keyreference",
            "wsappkey",
            "apikey",
            "key",
        ],
    ),
];

/// Parts of a normalised header that give a secret away.
const SECRETS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "appkey", "applicationkey", "apikey"];

/// Returns a header as it is compared: lower case, letters and digits only.
pub(super) fn normalised(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the settings that a device can have a value of its own for; a key that kinds share comes repeatedly.
pub(super) fn keys() -> impl Iterator<Item = &'static Setting> {
    let own = |setting: &&Setting| !matches!(setting.key, "agent" | "devices");
    let agents = AgentKind::ALL.into_iter().flat_map(|kind| Area::Agent(kind).settings());
    agents.chain(GROUP.iter().filter(own))
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Header as it stands in the file.
    pub header: String,
    /// What it holds.
    pub role: Role,
}

/// The columns of an inventory, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    columns: Vec<Column>,
    thing: usize,
}

/// Why columns cannot be used as they are.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ColumnError {
    /// No column holds the thing names.
    #[error(
        "No column holds the thing names, and without a name a device cannot be told from another. \
         Say which column it is, or add a first line with the names of the columns. Found: {}", headers(.0)
    )]
    NoThing(Vec<String>),
    /// The mapping names a column that is not there.
    #[error(
        "There is no column `{header}`, so nothing can be read from it. {}Found: {}",
        nearest.as_ref().map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default(), headers(found)
    )]
    Unknown {
        /// The name in question.
        header: String,
        /// A header that is written nearly like it.
        nearest: Option<String>,
        /// The headers that are there.
        found: Vec<String>,
    },
    /// Two columns are mapped to the same thing.
    #[error(
        "The columns `{first}` and `{second}` are both taken for `{}`, and a device has one only. \
         Map one of them to `variable`", role.word()
    )]
    Twice {
        /// The role.
        role: Role,
        /// Header of the one.
        first: String,
        /// Header of the other.
        second: String,
    },
}

/// Returns headers as a sentence lists them, the first dozen of many.
fn headers(found: &[String]) -> String {
    let shown: Vec<String> =
        found.iter().take(12).map(|header| format!("`{}`", super::check::shown(header))).collect();
    let more = if found.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

impl Columns {
    /// Returns the columns with these headers and with what is proposed for each.
    ///
    /// Where several headers mean the same, the best known one is taken and the others stay variables.
    pub fn propose<'h>(found: impl IntoIterator<Item = &'h str>) -> Self {
        let mut columns: Vec<Column> = found
            .into_iter()
            .map(|header| Column { header: header.trim().to_owned(), role: Role::Variable })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| normalised(&column.header)).collect();
        for (role, synonyms) in SYNONYMS {
            let best = synonyms.iter().find_map(|known| names.iter().position(|name| name == known));
            if let Some(at) = best {
                columns[at].role = role;
            }
        }
        let mut taken: Vec<&str> = Vec::new();
        for (column, name) in columns.iter_mut().zip(&names) {
            if column.role != Role::Variable {
                continue;
            }
            let setting = keys().find(|setting| !name.is_empty() && normalised(setting.key) == *name);
            if let Some(setting) = setting.filter(|setting| !taken.contains(&setting.key)) {
                column.role = Role::Setting(setting.key);
                taken.push(setting.key);
            } else if SECRETS.iter().any(|part| name.contains(part)) {
                column.role = Role::Secret;
            }
        }
        Self::from(columns)
    }

    fn from(columns: Vec<Column>) -> Self {
        let thing = columns.iter().position(|column| column.role == Role::Thing).unwrap_or_default();
        Self { columns, thing }
    }

    /// Returns the columns with the roles that the user gives to headers (the first of equal ones).
    ///
    /// A role that is given moves there from the column it was proposed for.
    ///
    /// # Errors
    /// [`ColumnError`] where a header is not there, or a role is given to two columns.
    pub fn mapped(mut self, roles: &[(String, Role)]) -> Result<Self, ColumnError> {
        let mut given: Vec<(usize, Role)> = Vec::new();
        for (header, role) in roles {
            let Some(at) = self.find(header) else {
                let near = super::check::nearest(header, self.columns.iter().map(|c| c.header.as_str()));
                let nearest = near.map(str::to_owned);
                return Err(ColumnError::Unknown { header: header.clone(), nearest, found: self.headers() });
            };
            let free = matches!(role, Role::Secret | Role::Variable);
            if let Some((other, _)) =
                given.iter().find(|(other, known)| known == role && *other != at && !free)
            {
                let (first, second) = (self.columns[*other].header.clone(), header.clone());
                return Err(ColumnError::Twice { role: *role, first, second });
            }
            given.push((at, *role));
        }
        for (at, role) in given {
            if !matches!(role, Role::Secret | Role::Variable) {
                for column in self.columns.iter_mut().filter(|column| column.role == role) {
                    // A secret that loses its role must not become text that anybody may see.
                    column.role = if role.is_secret() { Role::Secret } else { Role::Variable };
                }
            }
            self.columns[at].role = role;
        }
        Ok(Self::from(self.columns))
    }

    /// Returns the columns if one of them holds the thing names.
    pub(super) fn complete(self) -> Result<Self, ColumnError> {
        match self.with_role(Role::Thing) {
            Some(_) => Ok(self),
            None => Err(ColumnError::NoThing(self.headers())),
        }
    }

    /// Returns the columns with one more at the end, as proposed for its header.
    pub(super) fn with_added(&self, header: &str) -> Self {
        let proposed = Self::propose([header]).columns.pop().map_or(Role::Variable, |column| column.role);
        let free = proposed == Role::Secret || self.with_role(proposed).is_none();
        let role = if free {
            proposed
        } else if proposed.is_secret() {
            Role::Secret
        } else {
            Role::Variable
        };
        let mut columns = self.columns.clone();
        columns.push(Column { header: header.to_owned(), role });
        Self::from(columns)
    }

    /// Returns the columns in the order of the file.
    pub fn all(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the number of columns.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns the headers in the order of the file.
    pub fn headers(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.header.clone()).collect()
    }

    /// Returns the index of the column with the thing names.
    pub fn thing(&self) -> usize {
        self.thing
    }

    /// Returns the index of the column with this role; of several variables or secrets the first.
    pub fn with_role(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }

    /// Returns the index of the column with this header: as it is written, else without case and punctuation.
    pub fn find(&self, header: &str) -> Option<usize> {
        let wanted = normalised(header);
        let exact = self.columns.iter().position(|column| column.header == header.trim());
        exact.or_else(|| {
            let same = |column: &Column| !wanted.is_empty() && normalised(&column.header) == wanted;
            self.columns.iter().position(same)
        })
    }

    /// Returns the columns with values of agent settings: index and key.
    pub fn settings(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.columns.iter().enumerate().filter_map(|(at, column)| match column.role {
            Role::Setting(key) => Some((at, key)),
            _ => None,
        })
    }

    /// Returns the columns that nothing was proposed for, each with the setting whose key is written nearly
    /// like its header.
    pub fn unmapped(&self) -> impl Iterator<Item = (&Column, Option<&'static str>)> {
        self.columns.iter().filter(|column| column.role == Role::Variable).map(|column| {
            let near = super::check::nearest(&column.header, keys().map(|setting| setting.key));
            (column, near)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(headers: &[&str]) -> Vec<Role> {
        Columns::propose(headers.iter().copied()).all().iter().map(|column| column.role).collect()
    }

    #[test]
    fn headers_are_known_by_many_names() {
        assert_eq!(
            roles(&["Thing Name", "GROUP", "Plant", "Host name", "port", "Application Key", "Line"]),
            [Role::Thing, Role::Group, Role::Site, Role::Host, Role::Port, Role::Key, Role::Variable]
        );
        assert_eq!(roles(&["name", "thing"]), [Role::Variable, Role::Thing]);
        assert_eq!(
            roles(&["id", "connect_retry_interval", "Duty cycle / on pct", "db password"]),
            [
                Role::Thing,
                Role::Setting("connect_retry_interval"),
                Role::Setting("duty_cycle/on_pct"),
                Role::Secret
            ]
        );
        assert_eq!(roles(&["devices", "agent", ""]), [Role::Variable; 3]);
    }

    #[test]
    fn the_user_decides() {
        let columns = Columns::propose(["name", "label", "appkey"]);
        let role = |header: &str, role| (header.to_owned(), role);
        let mapped = columns.clone().mapped(&[role("label", Role::Thing), role("name", Role::Key)]).unwrap();
        let found: Vec<_> = mapped.all().iter().map(|column| column.role).collect();
        assert_eq!(found, [Role::Key, Role::Thing, Role::Secret]);
        let twice = columns.clone().mapped(&[role("name", Role::Host), role("label", Role::Host)]);
        assert!(matches!(twice, Err(ColumnError::Twice { .. })));
        let unknown = columns.mapped(&[role("lable", Role::Thing)]).unwrap_err();
        assert!(unknown.to_string().contains("Did you mean `label`?"), "{unknown}");
        assert!(Columns::propose(["a"]).complete().unwrap_err().to_string().ends_with("Found: `a`"));
    }

    #[test]
    fn words_of_roles_are_read_back() {
        for role in Role::SINGLE.into_iter().chain([Role::Secret, Role::Variable, Role::Setting("ping_rate")])
        {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("colour"), None);
    }

    #[test]
    fn unmapped_columns_may_be_misspelt_settings() {
        let columns = Columns::propose(["thing", "conect_retries", "line"]);
        let unmapped: Vec<_> = columns.unmapped().map(|(c, near)| (c.header.as_str(), near)).collect();
        assert_eq!(unmapped, [("conect_retries", Some("connect_retries")), ("line", None)]);
    }
}
