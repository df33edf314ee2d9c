//! Prices: what a device that is not back costs, and what a lost value costs.

use crate::fleet::setting::{Absent, Certainty, Choice, Setting, Unit};

/// Why a price cannot be unknown.
const IS_YOURS: &str = "A price changes no run: compare scenarios with different prices instead.";
const YOURS: &str = "Your price";

/// Returns a currency.
const fn currency(code: &'static str, name: &'static str) -> Choice {
    Choice { value: code, label: code, meaning: name }
}

/// Currencies, by their codes in ISO 4217.
pub const CURRENCIES: &[Choice] = &[
    currency("EUR", "Euro."),
    currency("USD", "US dollar."),
    currency("GBP", "Pound sterling."),
    currency("CHF", "Swiss franc."),
    currency("JPY", "Yen."),
    currency("CNY", "Yuan renminbi."),
    currency("INR", "Indian rupee."),
    currency("KRW", "Won."),
    currency("CAD", "Canadian dollar."),
    currency("AUD", "Australian dollar."),
    currency("BRL", "Brazilian real."),
    currency("MXN", "Mexican peso."),
    currency("SEK", "Swedish krona."),
    currency("NOK", "Norwegian krone."),
    currency("DKK", "Danish krone."),
    currency("PLN", "Zloty."),
    currency("CZK", "Czech koruna."),
    currency("TRY", "Turkish lira."),
    currency("ZAR", "Rand."),
    currency("SGD", "Singapore dollar."),
];

/// What prices have in common.
const PRICE: Setting = Setting {
    range: (0.0, 1e9),
    whole: false,
    absent: Absent::Nothing,
    certainty: Certainty::Documented,
    source: YOURS,
    settled: Some(IS_YOURS),
    ..Setting::BLANK
};

/// The rows.
pub const COSTS: &[Setting] = &[
    Setting {
        key: "downtime_per_device_hour",
        label: "Price of a device that is not back, per hour",
        unit: Unit::Count("per device and hour"),
        meaning: "What one device costs for each hour in which it is not back, from the loss of its connection on.",
        effect: "Multiplied with the device-hours of each run, up to the end of the watched time.",
        ..PRICE
    },
    Setting {
        key: "per_lost_value",
        label: "Price of a lost value",
        unit: Unit::Count("per value"),
        meaning: "What one value costs that is dropped in a device, rejected, or lost in a crash.",
        effect: "Multiplied with the lost values of each run.",
        ..PRICE
    },
    Setting {
        key: "currency",
        label: "Currency",
        unit: Unit::Choice(CURRENCIES),
        absent: Absent::Word("EUR"),
        needs: Some("downtime_per_device_hour"),
        certainty: Certainty::Documented,
        source: YOURS,
        settled: Some(IS_YOURS),
        meaning: "Currency of all prices of the project.",
        effect: "Written behind every cost; nothing is converted.",
        ..Setting::BLANK
    },
];
