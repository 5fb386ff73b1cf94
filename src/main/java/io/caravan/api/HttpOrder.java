package io.caravan.api;

/** The order in which a request of the API's server passes its handlers, before it comes to a route of Camel's (from 0). */
final class HttpOrder {

    static final int AUDIT = -40;
    static final int EDGE = -35;
    static final int CORS = -30;
    static final int AFTER_CORS = -29;
    static final int SIGN_IN = -20;
    static final int CALL_LIMITS = -10;
    static final int PRECONDITIONS = -7;
    static final int PAGES = -5;

    private HttpOrder() {}
}
