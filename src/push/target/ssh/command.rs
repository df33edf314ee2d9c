//! The command that restarts an agent, with what it needs filled in.

/// Puts a text into quotes that no POSIX shell looks into.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Returns the command that restarts the agent and leaves the stamp. `{thing}`, `{folder}`, `{stamp}` and
/// `{stamp_file}` stand for the device's, in quotes.
pub(in crate::push::target) fn command(restart: &str, thing: &str, stamp: &str, stamp_file: &str) -> String {
    let file = quoted(stamp_file);
    let folder = stamp_file.rfind('/').map_or(".", |slash| &stamp_file[..slash.max(1)]);
    let stamps = restart.contains("{stamp}");
    // One pass, so that nothing in a value is taken for a variable.
    let variables =
        [("{thing}", thing), ("{folder}", folder), ("{stamp}", stamp), ("{stamp_file}", stamp_file)];
    let mut filled = String::new();
    let mut rest = restart;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = variables.iter().find(|(name, _)| rest.starts_with(name));
        let (value, length) = found.map_or(("{".into(), 1), |(name, value)| (quoted(value), name.len()));
        filled.push_str(&value);
        rest = &rest[length..];
    }
    filled.push_str(rest);
    if stamps {
        return filled;
    }
    let restart = filled.as_str();
    let restart = if restart.trim().is_empty() { ":" } else { restart };
    let new = quoted(&format!("{stamp_file}.new"));
    // A line of its own, so that a comment at the end of the command cannot swallow the bracket.
    format!("{{ {restart}\n}} && printf %s {} > {new} && mv -f {new} {file}", quoted(stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_filled_once_and_in_quotes() {
        let made = command("systemctl restart agent@{thing} # {x}", "P'1 {stamp}", "s-1", "/opt/a b/.f");
        assert_eq!(
            made,
            "{ systemctl restart agent@'P'\\''1 {stamp}' # {x}\n} && printf %s 's-1' > '/opt/a b/.f.new' \
             && mv -f '/opt/a b/.f.new' '/opt/a b/.f'"
        );
        let made = command("cd {folder}; ./run {stamp} {stamp_file}", "P", "s-1", "/opt/.f");
        assert_eq!(made, "cd '/opt'; ./run 's-1' '/opt/.f'");
        assert!(command("", "P", "s", "f").starts_with("{ :\n} && "));
    }
}
