package io.caravan.api;

/** The order in which a request of the API's server passes its handlers, before it comes to a route of Camel's (from 0). */
final class HttpOrder {

    static final int EDGE = -40;
    static final int SIGN_IN = -20;
    static final int CALL_LIMITS = -10;

    private HttpOrder() {}
}
