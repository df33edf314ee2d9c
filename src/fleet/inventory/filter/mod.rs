//! The filter over an inventory: `kind:"C SDK" and group:Press* and not site:Berlin`.
//!
//! A bare word is a part of the thing name. `column:value` compares a whole value, without case, `*` for
//! anything; `=` means the same and `!=` its opposite. `<`, `<=`, `>` and `>=` compare numbers, for settings
//! durations too (`connect_retry_interval>10s`), and take the group's value or the default where the
//! device has none of its own. Columns are `thing`, `group`, `site`, `host`, `port`, `key`, `kind`, `origin`
//! (`device` where a device has settings of its own), every header and every setting; names with blanks
//! stand in quotes. `and` may be left out; `not` binds before `and`, and that before `or`.

mod complete;
mod hint;
mod parse;
mod pattern;

pub use complete::{Completion, Proposal};

use super::check::{self, number};
use super::columns::{keys, normalised};
use super::{Columns, Device, Groups, Inventory, Role};
use crate::base::{json, units};
use crate::fleet::file::{Value, View, address};
use crate::fleet::kind::AgentKind;
use crate::fleet::setting::{Setting, Unit};
use crate::fleet::settings::group_setting;
use parse::{Node, Operator, Spanned};
use pattern::Pattern;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use thiserror::Error;

/// A filter that is read, not yet tied to an inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    node: Option<Node>,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what} {fix}")]
pub struct FilterError {
    /// The wrong part of the text \[bytes\].
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl FilterError {
    fn new(at: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { at, what: what.into(), fix: fix.into() }
    }
}

/// What a filter looks at beside the inventory: the project, where there is one.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The groups and their agent kinds.
    pub groups: &'a Groups,
    /// The project seen through a scenario, for values that devices take from their group.
    pub view: Option<&'a View<'a>>,
}

/// A column that a filter can name.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    /// A column of the inventory.
    Column(usize),
    /// The agent kind of the group.
    Kind,
    /// Whether the device has settings of its own.
    Origin,
    /// A setting, with its column where the inventory has one.
    Setting(&'static Setting, Option<usize>),
}

/// Names of fields that are no headers, with the role of their column.
const NAMES: [(&str, Option<Role>); 9] = [
    ("thing", Some(Role::Thing)),
    ("group", Some(Role::Group)),
    ("site", Some(Role::Site)),
    ("host", Some(Role::Host)),
    ("port", Some(Role::Port)),
    ("key", Some(Role::Key)),
    ("kind", None),
    ("agent", None),
    ("origin", None),
];

impl Field {
    /// Returns the field with this name.
    fn named(name: &str, columns: &Columns) -> Option<Self> {
        let wanted = normalised(name);
        let fixed = NAMES.into_iter().find(|(known, _)| *known == wanted);
        match fixed {
            Some((_, Some(role))) => columns.with_role(role).or_else(|| columns.find(name)).map(Self::Column),
            Some(("origin", _)) => Some(Self::Origin),
            Some(_) => Some(Self::Kind),
            None => {
                let setting = keys().find(|setting| normalised(setting.key) == wanted);
                match setting {
                    Some(setting) => {
                        Some(Self::Setting(setting, columns.with_role(Role::Setting(setting.key))))
                    }
                    None => columns.find(name).map(|at| match columns.all()[at].role {
                        Role::Setting(key) => keys()
                            .find(|setting| setting.key == key)
                            .map_or(Self::Column(at), |setting| Self::Setting(setting, Some(at))),
                        _ => Self::Column(at),
                    }),
                }
            }
        }
    }

    /// Returns the names of all fields of an inventory, as they are proposed.
    fn names(columns: &Columns) -> Vec<String> {
        let fixed = NAMES.into_iter().filter(|(name, role)| {
            *name != "agent" && role.is_none_or(|role| columns.with_role(role).is_some())
        });
        let mut names: Vec<String> = fixed.map(|(name, _)| name.to_owned()).collect();
        let headers = columns.all().iter().filter(|column| {
            matches!(column.role, Role::Variable | Role::Secret | Role::Setting(_))
                && !column.header.is_empty()
        });
        names.extend(headers.map(|column| column.header.clone()));
        for setting in keys() {
            if !names.iter().any(|name| normalised(name) == normalised(setting.key)) {
                names.push(setting.key.to_owned());
            }
        }
        names
    }
}

/// A test of one device.
enum Test<'a> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Column(usize, Pattern),
    /// Whether the label or the word of the agent kind of the group matched, by group.
    Kind(BTreeMap<&'a str, bool>),
    Own(bool),
    /// A number in a column, in the unit given.
    Number {
        column: usize,
        unit: Unit,
        operator: Operator,
        wanted: f64,
    },
    Setting(SettingTest),
}

/// A test of a setting of a device, its own or its group's.
struct SettingTest {
    setting: &'static Setting,
    column: Option<usize>,
    operator: Operator,
    /// The number looked for, in the file's unit, where the value is one.
    wanted: Option<f64>,
    pattern: Pattern,
    /// What holds for devices of a group without a value of their own.
    by_group: BTreeMap<String, bool>,
}

impl Filter {
    /// Reads a filter; an empty text lets every device through.
    ///
    /// # Errors
    /// [`FilterError`] with the place in the text. Names of columns are checked by [`Filter::apply`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self { text: text.to_owned(), node: parse::parse(text)? })
    }

    /// Returns the text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether it lets every device through.
    pub fn is_empty(&self) -> bool {
        self.node.is_none()
    }

    /// Returns the rows of the devices that match, in the order of the file.
    ///
    /// # Errors
    /// [`FilterError`] where a column is not known, or a value is no number where one is needed.
    pub fn apply(&self, inventory: &Inventory, scope: &Scope<'_>) -> Result<Vec<u32>, FilterError> {
        let Some(node) = &self.node else { return Ok((0..inventory.len()).collect()) };
        let test = Binder { columns: inventory.columns(), scope }.bind(node)?;
        Ok(inventory.devices().filter(|device| test.holds(device)).map(|device| device.row()).collect())
    }
}

impl Test<'_> {
    fn holds(&self, device: &Device<'_>) -> bool {
        match self {
            Self::All(tests) => tests.iter().all(|test| test.holds(device)),
            Self::Any(tests) => tests.iter().any(|test| test.holds(device)),
            Self::Not(test) => !test.holds(device),
            Self::Column(column, pattern) => pattern.matches(device.value(*column).trim()),
            Self::Kind(groups) => {
                device.group().is_some_and(|group| groups.get(&*group).copied().unwrap_or_default())
            }
            Self::Own(own) => device.own_settings().next().is_some() == *own,
            Self::Number { column, unit, operator, wanted } => number(*unit, device.value(*column).trim())
                .is_some_and(|found| operator.holds(found, *wanted)),
            Self::Setting(test) => test.holds(device),
        }
    }
}

impl SettingTest {
    fn holds(&self, device: &Device<'_>) -> bool {
        let own = self.column.map(|column| device.value(column)).filter(|text| !text.trim().is_empty());
        if let Some(text) = own {
            return self.value_holds(text.trim());
        }
        let group = device.group().unwrap_or_default();
        self.by_group.get(&*group).copied().unwrap_or_default()
    }

    /// Returns whether a value as it stands in the file is one that is looked for.
    fn value_holds(&self, text: &str) -> bool {
        match (self.wanted, number(self.setting.unit, text)) {
            (Some(wanted), Some(found)) => self.operator.holds(found, wanted),
            _ if self.operator.orders() => false,
            _ => self.pattern.matches(text) != (self.operator == Operator::IsNot),
        }
    }
}

/// Ties a filter to an inventory and a project.
struct Binder<'a> {
    columns: &'a Columns,
    scope: &'a Scope<'a>,
}

impl<'a> Binder<'a> {
    fn bind(&self, node: &Node) -> Result<Test<'a>, FilterError> {
        let many = |nodes: &[Node]| nodes.iter().map(|node| self.bind(node)).collect::<Result<Vec<_>, _>>();
        Ok(match node {
            Node::All(nodes) => Test::All(many(nodes)?),
            Node::Any(nodes) => Test::Any(many(nodes)?),
            Node::Not(node) => Test::Not(Box::new(self.bind(node)?)),
            Node::Word(word) => Test::Column(self.columns.thing(), Pattern::part(&word.text)),
            Node::Test { field, operator, value } => self.test(field, *operator, value)?,
        })
    }

    fn test(&self, name: &Spanned, operator: Operator, value: &Spanned) -> Result<Test<'a>, FilterError> {
        let field = Field::named(&name.text, self.columns).ok_or_else(|| self.unknown(name))?;
        if let Field::Setting(setting, column) = field {
            return self.setting(setting, column, operator, value);
        }
        if operator.orders() {
            let Field::Column(column) = field else {
                let what = format!("`{}` is no number.", name.text);
                return Err(FilterError::new(name.span.clone(), what, "Compare it with `:`."));
            };
            // Columns that are no settings have no unit of their own: a duration is looked for in seconds.
            let unit =
                if units::parse_number(&value.text).is_some() { Unit::Count("") } else { Unit::Seconds };
            let wanted = number(unit, &value.text).ok_or_else(|| no_number(value))?;
            return Ok(Test::Number { column, unit, operator, wanted });
        }
        let pattern = Pattern::whole(&value.text);
        let test = match field {
            Field::Column(column) => Test::Column(column, pattern),
            Field::Origin => {
                let own = pattern.matches("device");
                if !own && !pattern.matches("group") {
                    let what = format!("`{}` is no origin.", check::shown(&value.text));
                    let fix = "Use `device` for devices with settings of their own, `group` for the others.";
                    return Err(FilterError::new(value.span.clone(), what, fix));
                }
                Test::Own(own)
            }
            Field::Kind | Field::Setting(..) => Test::Kind(self.kinds(&pattern)),
        };
        Ok(if operator == Operator::IsNot { Test::Not(Box::new(test)) } else { test })
    }

    /// Returns for each group whether its agent kind matches, by label or by the word in the project.
    fn kinds(&self, pattern: &Pattern) -> BTreeMap<&'a str, bool> {
        let groups = self.scope.groups;
        let matches = |kind: AgentKind| pattern.matches(kind.label()) || pattern.matches(kind.word());
        groups.ids().map(|id| (id, groups.kind(id).is_some_and(matches))).collect()
    }

    fn setting(
        &self,
        setting: &'static Setting,
        column: Option<usize>,
        operator: Operator,
        value: &Spanned,
    ) -> Result<Test<'a>, FilterError> {
        let wanted = match setting.unit {
            Unit::Choice(_) | Unit::Moment | Unit::Groups | Unit::Text => None,
            unit => number(unit, &value.text),
        };
        if operator.orders() && wanted.is_none() {
            return Err(no_number(value));
        }
        let pattern = Pattern::whole(&value.text);
        let mut test = SettingTest { setting, column, operator, wanted, pattern, by_group: BTreeMap::new() };
        for id in self.scope.groups.ids() {
            let text = self.of_group(id, setting.key);
            let holds = text.is_some_and(|text| test.value_holds(&text));
            test.by_group.insert(id.to_owned(), holds);
        }
        Ok(Test::Setting(test))
    }

    /// Returns the value that the devices of a group have by default, as it would stand in the file.
    fn of_group(&self, id: &str, key: &str) -> Option<String> {
        let setting = group_setting(self.scope.groups.kind(id)?, key)?;
        let address = address::join(&json::join("/groups", id), setting);
        match self.scope.view?.value(&address, setting).ok()? {
            Value::Number(number) => Some(setting.json(number).to_string()),
            Value::Word(word) => Some(word),
            Value::Nothing | Value::Unknown(_) => None,
        }
    }

    /// Returns the error for a name that no column has.
    fn unknown(&self, name: &Spanned) -> FilterError {
        let names = Field::names(self.columns);
        let near = check::nearest(&name.text, names.iter().map(String::as_str));
        let fix = match near {
            Some(near) => format!("Did you mean `{}`?", quoted(near)),
            None => format!(
                "Use one of {}, or a setting; put the text into quotes to look for it.",
                listed(&names)
            ),
        };
        FilterError::new(
            name.span.clone(),
            format!("There is no column `{}`.", check::shown(&name.text)),
            fix,
        )
    }
}

/// Returns the error for a value that has to be a number.
fn no_number(value: &Spanned) -> FilterError {
    let what = format!("`{}` is no number.", check::shown(&value.text));
    FilterError::new(value.span.clone(), what, "Write one like `8443` or `10s`.")
}

/// Returns the first names of a list.
fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{}`", check::shown(name))).collect();
    shown.join(", ")
}

/// Returns a name or value as it is typed: in quotes where it has to be.
fn quoted(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !(c.is_whitespace() || matches!(c, '(' | ')' | ':' | '=' | '<' | '>' | '"' | '!'));
    let keyword = ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if !text.is_empty() && text.chars().all(plain) && !keyword {
        Cow::Borrowed(text)
    } else {
        // A quote cannot stand inside quotes; a star stands for it.
        Cow::Owned(format!("\"{}\"", text.replace('"', "*")))
    }
}
