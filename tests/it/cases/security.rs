//! Files of a pull request, and services, that attack.
