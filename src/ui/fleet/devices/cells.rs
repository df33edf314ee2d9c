//! The table of devices as plain text: which columns, and what stands in a row.

use crate::base::Severity;
use crate::desk::devices::Sort;
use crate::fleet::inventory::{BadRow, Columns, Device, Faults, Inventory, KeyReference, Role};
use crate::fleet::settings::{Area, GROUP};
use crate::fleet::{AgentKind, setting::Setting};

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Sign of a problem.
    Mark,
    /// A column of the list with a role of its own.
    Role(Role),
    /// Settings of its own.
    Own,
    /// Everything else.
    Variables,
}

impl Cell {
    /// Returns the head.
    pub fn head(self) -> &'static str {
        match self {
            Self::Mark => "",
            Self::Role(Role::Thing) => "Thing",
            Self::Role(role) => role.label(),
            Self::Own => "Own settings",
            Self::Variables => "Variables",
        }
    }

    /// Returns what a click on the head sorts by.
    pub fn sort(self, columns: &Columns) -> Option<Sort> {
        match self {
            Self::Role(role) => columns.with_role(role).map(Sort::Column),
            Self::Own => Some(Sort::OwnSettings),
            Self::Mark | Self::Variables => None,
        }
    }

    /// Returns least width with the space before it [points].
    pub fn width(self) -> f32 {
        match self {
            Self::Mark => 24.0,
            Self::Role(Role::Thing | Role::Host) | Self::Variables => 136.0,
            Self::Role(Role::Port) => 64.0,
            Self::Role(_) => 96.0,
            Self::Own => 152.0,
        }
    }

    /// Returns whether it holds numbers.
    pub fn numeric(self) -> bool {
        self == Self::Role(Role::Port)
    }
}

/// Returns the columns that a list has, those that are left out first at the end.
fn wanted(columns: &Columns) -> Vec<Cell> {
    let has = |role: Role| columns.with_role(role).is_some().then_some(Cell::Role(role));
    let mut cells = vec![Cell::Mark, Cell::Role(Role::Thing)];
    cells.extend(has(Role::Group));
    cells.extend(columns.settings().next().map(|_| Cell::Own));
    cells.extend([Role::Site, Role::Host].into_iter().filter_map(has));
    cells.extend(columns.with_role(Role::Variable).map(|_| Cell::Variables));
    cells.extend(has(Role::Port));
    cells
}

/// Order in which columns stand.
fn place(cell: Cell) -> u8 {
    match cell {
        Cell::Mark => 0,
        Cell::Role(Role::Thing) => 1,
        Cell::Role(Role::Group) => 2,
        Cell::Role(Role::Site) => 3,
        Cell::Role(Role::Host) => 4,
        Cell::Role(_) => 5,
        Cell::Own => 6,
        Cell::Variables => 7,
    }
}

/// Returns the columns for a width [points], in the order in which they stand, with the width of each.
pub fn fitting(columns: &Columns, width: f32) -> Vec<(Cell, f32)> {
    let mut shown = wanted(columns);
    let needed = |cells: &[Cell]| cells.iter().map(|cell| cell.width()).sum::<f32>();
    while shown.len() > 2 && needed(&shown) > width {
        shown.pop();
    }
    let rest = (width - needed(&shown)).max(0.0);
    shown.sort_by_key(|cell| place(*cell));
    // Names and the lists of values get what is left; the others keep together.
    let growing = |cell: Cell| matches!(cell, Cell::Role(Role::Thing) | Cell::Own | Cell::Variables);
    let count = shown.iter().filter(|cell| growing(**cell)).count().max(1) as f32;
    let grown = |cell: Cell| cell.width() + if growing(cell) { (rest / count).min(160.0) } else { 0.0 };
    shown.into_iter().map(|cell| (cell, grown(cell))).collect()
}

/// Returns what stands in a cell of a device; `–` where there is nothing.
pub fn text(device: &Device<'_>, cell: Cell) -> String {
    let text = match cell {
        Cell::Mark => return String::new(),
        Cell::Role(Role::Thing) => device.thing().trim().to_owned(),
        Cell::Role(role) => device
            .columns()
            .with_role(role)
            .map(|column| device.value(column).trim().to_owned())
            .unwrap_or_default(),
        Cell::Own => {
            let own: Vec<String> = device.own_settings().map(|(key, value)| own_text(key, &value)).collect();
            own.join(", ")
        }
        Cell::Variables => {
            let all: Vec<String> = device
                .variables()
                .filter(|(_, value)| !value.trim().is_empty())
                .map(|(header, value)| format!("{header} {}", value.trim()))
                .collect();
            all.join(", ")
        }
    };
    if text.is_empty() { "–".to_owned() } else { text }
}

/// Returns a device's own value of a setting with its key, as people read it.
fn own_text(key: &str, value: &str) -> String {
    let number = setting(key).and_then(|row| Some(row.human(value.trim().parse().ok()?)));
    format!("{key} {}", number.unwrap_or_else(|| value.trim().to_owned()))
}

/// Returns the row of the registry with this key; where kinds share it, the first one.
pub fn setting(key: &str) -> Option<&'static Setting> {
    let agents = AgentKind::ALL.into_iter().flat_map(|kind| Area::Agent(kind).settings());
    agents.chain(GROUP.iter()).find(|row| row.key == key)
}

/// Returns a device in a sentence.
pub fn spoken(device: &Device<'_>, columns: &[(Cell, f32)], faults: &[BadRow]) -> String {
    let mut parts: Vec<String> = columns
        .iter()
        .filter(|(cell, _)| *cell != Cell::Mark)
        .map(|(cell, _)| (*cell, text(device, *cell)))
        .filter(|(_, text)| text != "–")
        .map(|(cell, text)| match cell {
            Cell::Role(Role::Thing) => text,
            cell => format!("{} {text}", cell.head().to_lowercase()),
        })
        .collect();
    parts.extend(faults.iter().map(|fault| fault.what.clone()));
    parts.join(", ")
}

/// Returns what was found about a device.
pub fn faults_of<'f>(faults: &'f Faults, device: &Device<'_>) -> &'f [BadRow] {
    if faults.list.is_empty() {
        return &[];
    }
    // They stand in the order of the file.
    let line = device.line();
    let from = faults.list.partition_point(|fault| fault.line < line);
    let to = faults.list.partition_point(|fault| fault.line <= line);
    &faults.list[from..to]
}

/// Returns the sign of the worst that was found.
pub fn worst(faults: &[BadRow]) -> Option<Severity> {
    faults.iter().map(|fault| fault.severity).max()
}

/// Returns the fields that can be edited: the columns of the list, then settings that no column holds yet.
pub fn fields(list: &Inventory) -> Vec<String> {
    let columns = list.columns();
    let mut fields: Vec<String> = columns
        .all()
        .iter()
        .filter(|column| column.role != Role::Thing && !column.header.is_empty())
        .map(|column| column.header.clone())
        .collect();
    let single = [Role::Group, Role::Site, Role::Host, Role::Port];
    fields.extend(
        single
            .into_iter()
            .filter(|role| columns.with_role(*role).is_none())
            .map(|role| role.word().to_owned()),
    );
    for kind in AgentKind::ALL {
        for row in Area::Agent(kind).settings() {
            if columns.with_role(Role::Setting(row.key)).is_none() && !fields.iter().any(|f| f == row.key) {
                fields.push(row.key.to_owned());
            }
        }
    }
    fields
}

/// Returns a value of a column that may be shown: a key in the clear is not.
pub fn sample(device: &Device<'_>, column: usize, role: Role) -> String {
    let value = device.value(column);
    let value = value.trim();
    if value.is_empty() {
        "–".to_owned()
    } else if role.is_secret() && KeyReference::parse(value).is_none() {
        "…".to_owned()
    } else {
        value.chars().take(60).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::inventory::{Options, read};

    const LIST: &str =
        "thing,group,site,host,port,ping_rate,line\np-1,pumps,Aachen,h,443,60000,L1\np-2,,,,,,\n";

    fn list() -> Inventory {
        read(LIST, &Options::default()).unwrap().inventory
    }

    #[test]
    fn columns_fit_and_the_names_stay() {
        let list = list();
        for width in [160.0, 308.0, 420.0, 640.0, 800.0, 1600.0] {
            let columns = fitting(list.columns(), width);
            assert!(columns.iter().map(|(_, wide)| wide).sum::<f32>() <= width + 0.5, "{width}");
            assert_eq!(
                columns[..2].iter().map(|(c, _)| *c).collect::<Vec<_>>(),
                [Cell::Mark, Cell::Role(Role::Thing)]
            );
        }
        assert_eq!(fitting(list.columns(), 1600.0).len(), 8);
    }

    #[test]
    fn cells_are_as_people_read_them() {
        let list = list();
        let (one, two) = (list.device(0).unwrap(), list.device(1).unwrap());
        assert_eq!(
            text(&one, Cell::Own),
            "ping_rate 1 min".replace("1 min", &setting("ping_rate").unwrap().human(60_000.0))
        );
        assert_eq!((text(&one, Cell::Variables), text(&two, Cell::Own)), ("line L1".into(), "–".into()));
        let columns = fitting(list.columns(), 640.0);
        assert!(
            spoken(&one, &columns, &[]).starts_with("p-1, group pumps"),
            "{}",
            spoken(&one, &columns, &[])
        );
        assert!(fields(&list).starts_with(&["group".to_owned(), "site".to_owned()]));
    }
}
