//! Where a platform elsewhere is, and what it takes to get there. References only: a key is never taken here.

use super::parts::{field, said, small};
use crate::desk::live::{Access, To, key_trouble};
use crate::ui::theme;
use egui::{CollapsingHeader, Ui};

/// What is typed of a platform elsewhere.
#[derive(Default)]
pub(super) struct Place {
    address: String,
    key: String,
    access: Access,
}

impl Place {
    /// Draws the fields; `id` tells those of one form from those of another.
    pub(super) fn ui(&mut self, ui: &mut Ui, id: &str) {
        field(ui, "Address", "wss://plant.example", &mut self.address);
        let tokens = theme::tokens(ui.ctx());
        if self.address.trim_start().starts_with("ws://") {
            let text = "Not encrypted: everybody on the way can read the application key; wss:// encrypts";
            said(ui, "⚠", tokens.status.uncertain, text);
        }
        reference(ui, "Where the application key lies", "env:APP_KEY", &mut self.key);
        let access = &mut self.access;
        CollapsingHeader::new(small("Proxy and certificates")).id_salt(id).show(ui, |ui| {
            field(ui, "File of trusted authorities, if not the system's", "ca.pem", &mut access.authority);
            field(ui, "HTTP proxy on the way", "proxy.example:3128", &mut access.proxy);
            field(ui, "User of the proxy", "", &mut access.proxy_user);
            reference(ui, "Where its password lies", "env:PROXY_PASSWORD", &mut access.proxy_password);
            field(ui, "File of the agent's certificate", "agent.pem", &mut access.certificate);
            reference(ui, "Where its private key lies", "file:agent.key", &mut access.certificate_key);
        });
    }

    /// Returns what was typed.
    pub(super) fn to(&self) -> To {
        let (address, key) = (self.address.clone(), self.key.clone());
        To::Other { address, key, access: Box::new(self.access.clone()) }
    }
}

/// Draws a field for a reference to a secret, and what is wrong with it.
fn reference(ui: &mut Ui, name: &str, example: &str, text: &mut String) {
    let typed = field(ui, name, example, text);
    if let Some(trouble) = key_trouble(text).filter(|_| !typed.has_focus()) {
        let colour = theme::tokens(ui.ctx()).status.bad;
        said(ui, "✕", colour, trouble);
    }
}
