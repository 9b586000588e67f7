"""Where producers and founders are: regions of industry at their true coordinates, with estimated weights."""

from __future__ import annotations

from typing import NamedTuple


class Cluster(NamedTuple):
    city: str
    country: str
    admin_area: str
    lat: float
    lon: float
    weight: float


CLUSTERS = (
    Cluster("San Jose", "US", "US-CA", 37.34, -121.89, 6.0),
    Cluster("Los Angeles", "US", "US-CA", 34.05, -118.24, 5.0),
    Cluster("San Diego", "US", "US-CA", 32.72, -117.16, 2.0),
    Cluster("Detroit", "US", "US-MI", 42.33, -83.05, 4.0),
    Cluster("Chicago", "US", "US-IL", 41.88, -87.63, 3.5),
    Cluster("Cleveland", "US", "US-OH", 41.50, -81.69, 2.0),
    Cluster("Minneapolis", "US", "US-MN", 44.98, -93.27, 1.5),
    Cluster("Boston", "US", "US-MA", 42.36, -71.06, 2.5),
    Cluster("New York", "US", "US-NY", 40.71, -74.01, 2.5),
    Cluster("Austin", "US", "US-TX", 30.27, -97.74, 2.0),
    Cluster("Phoenix", "US", "US-AZ", 33.45, -112.07, 1.5),
    Cluster("Seattle", "US", "US-WA", 47.61, -122.33, 1.5),
    Cluster("Toronto", "CA", "CA-ON", 43.65, -79.38, 1.5),
    Cluster("Montreal", "CA", "CA-QC", 45.50, -73.57, 0.8),
    Cluster("Guadalajara", "MX", "MX-JAL", 20.67, -103.35, 2.0),
    Cluster("Tijuana", "MX", "MX-BCN", 32.51, -117.04, 1.5),
    Cluster("Monterrey", "MX", "MX-NLE", 25.69, -100.32, 1.2),
    Cluster("Shenzhen", "CN", "CN-GD", 22.54, 114.06, 9.0),
    Cluster("Dongguan", "CN", "CN-GD", 23.02, 113.75, 5.0),
    Cluster("Suzhou", "CN", "CN-JS", 31.30, 120.62, 3.0),
    Cluster("Ningbo", "CN", "CN-ZJ", 29.87, 121.55, 2.0),
    Cluster("Hong Kong", "HK", "", 22.32, 114.17, 0.8),
    Cluster("Taipei", "TW", "", 25.03, 121.57, 1.5),
    Cluster("Osaka", "JP", "", 34.69, 135.50, 1.2),
    Cluster("Penang", "MY", "", 5.41, 100.33, 1.0),
    Cluster("Ho Chi Minh City", "VN", "", 10.82, 106.63, 1.2),
    Cluster("Pune", "IN", "IN-MH", 18.52, 73.86, 1.5),
    Cluster("Bengaluru", "IN", "IN-KA", 12.97, 77.59, 1.2),
    Cluster("Munich", "DE", "DE-BY", 48.14, 11.58, 1.5),
    Cluster("Stuttgart", "DE", "DE-BW", 48.78, 9.18, 1.5),
    Cluster("Milan", "IT", "", 45.46, 9.19, 1.2),
    Cluster("Brno", "CZ", "", 49.20, 16.61, 0.8),
    Cluster("Wroclaw", "PL", "", 51.11, 17.03, 0.8),
    Cluster("Eindhoven", "NL", "", 51.44, 5.47, 0.8),
    Cluster("Birmingham", "GB", "", 52.49, -1.89, 1.0),
    Cluster("Zurich", "CH", "", 47.38, 8.54, 0.4),
    Cluster("Nairobi", "KE", "", -1.29, 36.82, 1.2),
    Cluster("Kigali", "RW", "", -1.95, 30.06, 0.3),
    Cluster("Johannesburg", "ZA", "", -26.20, 28.05, 0.5),
    Cluster("Sao Paulo", "BR", "BR-SP", -23.55, -46.63, 0.8),
)
