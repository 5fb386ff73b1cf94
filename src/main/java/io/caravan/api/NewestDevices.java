package io.caravan.api;

/** The order in which devices are listed, the newest first: what a page of them asks the statement for, and how it goes on. */
final class NewestDevices {

    private NewestDevices() {}

    /** Adds where the page begins to what the statement must know. */
    static Request page(Request request) {
        Cursor cursor = request.query().cursor(Long.class, String.class);
        return request.with("createdBy", TimeRange.toDatabase(cursor == null ? TimeRange.END : cursor.number(0)))
                .with("afterDevice", cursor == null ? "" : cursor.text(1));
    }

    /** Where the page after this row begins. */
    static Cursor after(Row last) {
        return Cursor.after(last.micros("created_at"), last.text("device_id"));
    }
}
