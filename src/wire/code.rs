//! The codes of the protocol: what a message asks or answers, and of which kind an entity and its part are.
//!
//! Codes below 0x40 are requests, all others are responses. Unknown codes are kept as they came: a
//! platform answers an unknown request, it does not drop the connection for it.

use std::fmt;

/// Code of a message, its second byte.
///
/// A comment of the C SDK gives 0x0D for AUTH; on the wire it is 0x14 (measured with the C SDK client).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// GET, PUT, POST or DELETE of an entity's part.
    Call(Method),
    /// 0x0A: the sender acts for these things from now on.
    Bind,
    /// 0x0B: no longer.
    Unbind,
    /// 0x14: who the sender is.
    Auth,
    /// 0x1F: ignored by all that receive it (measured with the C SDK client).
    KeepAlive,
    /// A request below 0x40 that is none of the above.
    Other(u8),
    /// 0x40 and above: the answer to a request.
    Response(Status),
}

/// What a request does with a property, service or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// 0x01: reads a property.
    Get,
    /// 0x02: writes a property.
    Put,
    /// 0x03: calls a service or fires an event.
    Post,
    /// 0x04
    Delete,
}

impl Method {
    /// Returns the code on the wire.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Get => 0x01,
            Self::Put => 0x02,
            Self::Post => 0x03,
            Self::Delete => 0x04,
        }
    }
}

/// How a request was answered; 0x40 or above.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Status(u8);

/// Every status with a name.
const STATUSES: [(Status, &str); 16] = [
    (Status::SUCCESS, "SUCCESS"),
    (Status::BAD_REQUEST, "BAD_REQUEST"),
    (Status::UNAUTHORIZED, "UNAUTHORIZED"),
    (Status::BAD_OPTION, "BAD_OPTION"),
    (Status::FORBIDDEN, "FORBIDDEN"),
    (Status::NOT_FOUND, "NOT_FOUND"),
    (Status::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
    (Status::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"),
    (Status::PRECONDITION_FAILED, "PRECONDITION_FAILED"),
    (Status::ENTITY_TOO_LARGE, "ENTITY_TOO_LARGE"),
    (Status::UNSUPPORTED_CONTENT_FORMAT, "UNSUPPORTED_CONTENT_FORMAT"),
    (Status::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR"),
    (Status::NOT_IMPLEMENTED, "NOT_IMPLEMENTED"),
    (Status::BAD_GATEWAY, "BAD_GATEWAY"),
    (Status::SERVICE_UNAVAILABLE, "SERVICE_UNAVAILABLE"),
    (Status::GATEWAY_TIMEOUT, "GATEWAY_TIMEOUT"),
];

impl Status {
    /// Done.
    pub const SUCCESS: Self = Self(0x40);
    /// The request could not be read.
    pub const BAD_REQUEST: Self = Self(0x80);
    /// The application key is not valid, or the session is not.
    pub const UNAUTHORIZED: Self = Self(0x81);
    /// An option of the request is not known.
    pub const BAD_OPTION: Self = Self(0x82);
    /// The key is valid and may not do this.
    pub const FORBIDDEN: Self = Self(0x83);
    /// No such entity, property or service.
    pub const NOT_FOUND: Self = Self(0x84);
    /// The part exists and cannot be asked this way.
    pub const METHOD_NOT_ALLOWED: Self = Self(0x85);
    /// The answer has no form that the sender takes.
    pub const NOT_ACCEPTABLE: Self = Self(0x86);
    /// Something that had to hold did not, such as a value within its limits.
    pub const PRECONDITION_FAILED: Self = Self(0x8C);
    /// The request is too large.
    pub const ENTITY_TOO_LARGE: Self = Self(0x8D);
    /// The content has a form that is not understood.
    pub const UNSUPPORTED_CONTENT_FORMAT: Self = Self(0x8F);
    /// The receiver failed.
    pub const INTERNAL_SERVER_ERROR: Self = Self(0xA0);
    /// The request is not supported.
    pub const NOT_IMPLEMENTED: Self = Self(0xA1);
    /// A server behind the receiver failed.
    pub const BAD_GATEWAY: Self = Self(0xA2);
    /// Not now: overloaded or starting.
    pub const SERVICE_UNAVAILABLE: Self = Self(0xA3);
    /// A server behind the receiver did not answer in time.
    pub const GATEWAY_TIMEOUT: Self = Self(0xA4);

    /// Returns the status of a code, or nothing below 0x40, where the requests are.
    pub const fn new(byte: u8) -> Option<Self> {
        if byte >= 0x40 { Some(Self(byte)) } else { None }
    }

    /// Returns the code on the wire.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// Returns whether the request was done. Only [`SUCCESS`](Self::SUCCESS) says so.
    pub const fn is_success(self) -> bool {
        self.0 == Self::SUCCESS.0
    }

    /// Returns the name in capitals, or nothing for a code without one.
    pub fn name(self) -> Option<&'static str> {
        STATUSES.iter().find(|(status, _)| *status == self).map(|(_, name)| *name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:02X})", self.0),
            None => write!(f, "status 0x{:02X}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Code {
    /// Returns the code of a byte; every byte has one.
    pub fn new(byte: u8) -> Self {
        match byte {
            0x01 => Self::Call(Method::Get),
            0x02 => Self::Call(Method::Put),
            0x03 => Self::Call(Method::Post),
            0x04 => Self::Call(Method::Delete),
            0x0A => Self::Bind,
            0x0B => Self::Unbind,
            0x14 => Self::Auth,
            0x1F => Self::KeepAlive,
            _ => Status::new(byte).map_or(Self::Other(byte), Self::Response),
        }
    }

    /// Returns the byte on the wire.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Call(method) => method.byte(),
            Self::Bind => 0x0A,
            Self::Unbind => 0x0B,
            Self::Auth => 0x14,
            Self::KeepAlive => 0x1F,
            Self::Other(byte) => byte,
            Self::Response(status) => status.byte(),
        }
    }

    /// Returns whether this answers a request.
    pub const fn is_response(self) -> bool {
        matches!(self, Self::Response(_))
    }

    /// Returns whether every part of such a message repeats the entity; only calls name one.
    pub const fn names_entity(self) -> bool {
        matches!(self, Self::Call(_))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(Method::Get) => f.write_str("GET"),
            Self::Call(Method::Put) => f.write_str("PUT"),
            Self::Call(Method::Post) => f.write_str("POST"),
            Self::Call(Method::Delete) => f.write_str("DELETE"),
            Self::Bind => f.write_str("BIND"),
            Self::Unbind => f.write_str("UNBIND"),
            Self::Auth => f.write_str("AUTH"),
            Self::KeepAlive => f.write_str("KEEP_ALIVE"),
            Self::Other(byte) => write!(f, "request 0x{byte:02X}"),
            Self::Response(status) => fmt::Display::fmt(status, f),
        }
    }
}

/// Kind of the entity that a request is for. Any byte is lawful; these have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKind(pub u8);

impl EntityKind {
    /// A thing, the only kind that agents are asked for.
    pub const THING: Self = Self(0x0A);
    /// A set of properties, services and events that things share.
    pub const THING_SHAPE: Self = Self(0x0B);
    /// What things are made from.
    pub const THING_TEMPLATE: Self = Self(0x0C);
    /// Code behind a template.
    pub const THING_PACKAGE: Self = Self(0x0D);
    /// Connections between things.
    pub const NETWORK: Self = Self(0x0E);
    /// Fields of a table.
    pub const DATA_SHAPE: Self = Self(0x0F);
    /// Tag of a model.
    pub const MODEL_TAG: Self = Self(0x14);
    /// Tag of data.
    pub const DATA_TAG: Self = Self(0x15);
    /// A page for people.
    pub const MASHUP: Self = Self(0x1E);
    /// Services without a state.
    pub const RESOURCE: Self = Self(0x3C);
    /// A part of the platform itself.
    pub const SUBSYSTEM: Self = Self(0x50);
}

/// The part of an entity that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// 1
    Property,
    /// 2
    Service,
    /// 3
    Event,
}

impl Part {
    /// Returns the byte on the wire.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Property => 1,
            Self::Service => 2,
            Self::Event => 3,
        }
    }

    /// Returns the word for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Service => "service",
            Self::Event => "event",
        }
    }

    /// Returns the part of a byte, or nothing for all but 1, 2 and 3.
    pub const fn new(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Property),
            2 => Some(Self::Service),
            3 => Some(Self::Event),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_one_code() {
        for byte in 0..=u8::MAX {
            let code = Code::new(byte);
            assert_eq!(code.byte(), byte);
            assert_eq!(code.is_response(), byte >= 0x40, "{code}");
        }
        assert_eq!(Code::new(0x0D), Code::Other(0x0D));
    }

    #[test]
    fn names_are_those_of_the_protocol() {
        assert_eq!(Code::new(0x14).to_string(), "AUTH");
        assert_eq!(Code::new(0x84).to_string(), "NOT_FOUND (0x84)");
        assert_eq!(Code::new(0xA5).to_string(), "status 0xA5");
        assert!(STATUSES.iter().all(|(status, _)| Code::new(status.byte()) == Code::Response(*status)));
    }
}
