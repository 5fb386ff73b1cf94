package io.caravan.settings;

/**
 * A failure that the user can mend: a bad value, a taken port, a server that does not answer. Its message is one line
 * that names the key, the file or the address and says what to do; the command prints it without a stack trace.
 */
public final class UserError extends RuntimeException {

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
