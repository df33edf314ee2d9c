//! What an outage costs: prices that the user gives, none of which changes what happens.

/// Prices; what has none costs nothing that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prices {
    /// Code of the currency (`EUR`); empty where the file was not read.
    pub currency: &'static str,
    /// Price of one device that is not back for one hour [currency/h].
    pub downtime_per_device_hour: Option<f64>,
    /// Price of one value that is lost [currency].
    pub per_lost_value: Option<f64>,
}

impl Prices {
    /// Returns whether anything has a price.
    pub fn any(&self) -> bool {
        self.downtime_per_device_hour.is_some() || self.per_lost_value.is_some()
    }
}
