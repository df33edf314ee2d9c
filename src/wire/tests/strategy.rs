//! Any lawful message, for the properties.

use crate::wire::{
    Auth, BaseType, Bind, Body, Content, EntityKind, Field, Ids, InfoTable, Layout, Message, Method, Part,
    Request, Response, Status, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Texts around the border between lengths of one and four bytes too.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => ".{0,12}", 1 => "[a-zé]{120,140}"]
}

/// Every text and bytes type, named ones and those of entity names.
fn typed(layout: Layout) -> impl Strategy<Value = BaseType> {
    let all: Vec<BaseType> = (0..=u8::MAX).map(BaseType).filter(|base| base.layout() == layout).collect();
    prop::sample::select(all)
}

fn flat() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nothing),
        (typed(Layout::Text), text()).prop_map(|(base, text)| Value::Text(base, text)),
        any::<u64>().prop_map(|bits| Value::Number(f64::from_bits(bits))),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Datetime),
        any::<(f64, f64, f64)>().prop_map(|(x, y, z)| Value::Location(x, y, z)),
        (typed(Layout::Bytes), vec(any::<u8>(), 0..200)).prop_map(|(b, v)| Value::Bytes(b, v)),
        any::<i32>().prop_map(Value::Integer),
    ]
}

fn table_of(value: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = InfoTable> {
    let aspects = vec((text(), value.clone()), 0..3);
    let field = (text(), text(), any::<u8>(), aspects).prop_map(|(name, description, base, aspects)| Field {
        name,
        description,
        base: BaseType(base),
        aspects,
    });
    (vec(field, 0..4), vec(vec(value, 0..4), 0..4)).prop_map(|(fields, rows)| InfoTable { fields, rows })
}

/// Values of every type, nested a few levels deep.
pub fn value() -> impl Strategy<Value = Value> {
    flat().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Value::variant),
            table_of(inner.boxed()).prop_map(|table| Value::Table(Box::new(table))),
        ]
    })
}

fn table() -> impl Strategy<Value = InfoTable> {
    table_of(value().boxed())
}

fn bind() -> impl Strategy<Value = Bind> {
    (option::of((text(), text())), vec(text(), 0..5)).prop_map(|(gateway, things)| Bind { gateway, things })
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop::sample::select(vec![Method::Get, Method::Put, Method::Post, Method::Delete]);
    let part = prop::sample::select(vec![Part::Property, Part::Service, Part::Event]);
    (method, any::<u8>(), text(), part, text(), option::of(table())).prop_map(
        |(method, kind, entity, part, name, content)| Request {
            method,
            kind: EntityKind(kind),
            entity,
            part,
            name,
            content,
        },
    )
}

fn response() -> impl Strategy<Value = Response> {
    let content =
        prop_oneof![Just(Content::Missing), Just(Content::Nothing), table().prop_map(Content::Table)];
    (0x40..=u8::MAX, option::of(text()), content).prop_map(|(status, reason, content)| Response {
        status: Status::new(status).unwrap(),
        reason,
        content,
    })
}

fn body() -> impl Strategy<Value = Body> {
    let other = (5..0x40_u8).prop_filter("has a meaning", |b| ![0x0A, 0x0B, 0x14, 0x1F].contains(b));
    let bytes = || vec(any::<u8>(), 0..40);
    prop_oneof![
        1 => vec((text(), text()), 0..4).prop_map(|claims| Body::Auth(Auth { claims })),
        1 => bind().prop_map(Body::Bind),
        1 => bind().prop_map(Body::Unbind),
        4 => request().prop_map(Body::Request),
        4 => response().prop_map(Body::Response),
        1 => bytes().prop_map(Body::KeepAlive),
        1 => (other, bytes()).prop_map(|(code, bytes)| Body::Other(code, bytes)),
    ]
}

/// Messages of every kind.
pub fn message() -> impl Strategy<Value = Message> {
    (any::<(u32, u32, u32)>(), body()).prop_map(|((request, endpoint, session), body)| {
        Message::new(Ids { request, endpoint, session }, body)
    })
}
