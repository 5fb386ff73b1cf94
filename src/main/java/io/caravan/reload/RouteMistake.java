package io.caravan.reload;

/** A mistake in a route file that Camel would let pass, and its place. */
final class RouteMistake extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String file;
    private final int line;

    RouteMistake(String file, int line, String what) {
        super(what);
        this.file = file;
        this.line = line;
    }

    String file() {
        return file;
    }

    int line() {
        return line;
    }
}
