package io.caravan.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that is answered with an error instead of data, as problem details say it (RFC 9457). Its text is written for
 * the one who asked; it holds nothing of the inside. Immutable, and without a stack trace: mistakes of clients are many.
 */
public final class ApiProblem extends RuntimeException {

    private final int status;
    private final String parameter;
    private final transient List<BodyFault> faults;
    private final transient Map<String, Object> members;

    private ApiProblem(int status, String parameter, String detail) {
        this(status, parameter, detail, null, Map.of());
    }

    private ApiProblem(
            int status, String parameter, String detail, List<BodyFault> faults, Map<String, Object> members) {
        super(detail, null, false, false);
        this.status = status;
        this.parameter = parameter;
        this.faults = faults;
        this.members = members;
    }

    /** The same with a member more (RFC 9457, section 3.2). */
    ApiProblem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new ApiProblem(status, parameter, getMessage(), faults, more);
    }

    /** What is wrong with the body, places in it. */
    static ApiProblem body(int status, String detail, List<BodyFault> faults) {
        return new ApiProblem(status, null, detail, List.copyOf(faults), Map.of());
    }

    /** 400: a parameter is missing, unknown or has a value that it cannot have. */
    public static ApiProblem parameter(String name, String detail) {
        return new ApiProblem(400, name, detail);
    }

    /** 404: what the request names is not there. */
    public static ApiProblem notFound(String detail) {
        return new ApiProblem(404, null, detail);
    }

    /** 403: nobody may ask for this in this way. */
    public static ApiProblem forbidden(String detail) {
        return new ApiProblem(403, null, detail);
    }

    /** 409: what the request names is not in a state in which this can be done. */
    public static ApiProblem conflict(String detail) {
        return new ApiProblem(409, null, detail);
    }

    /** 503: the same request may succeed later. */
    public static ApiProblem unavailable(String detail) {
        return new ApiProblem(503, null, detail);
    }

    /** 500: the fault is ours. */
    public static ApiProblem internal() {
        return new ApiProblem(500, null, "This is a fault of the server; its log says more");
    }

    /** Any other status of HTTP. */
    static ApiProblem of(int status, String detail) {
        return new ApiProblem(status, null, detail);
    }

    public int status() {
        return status;
    }

    /** The places of the body that are to blame, null where none is. */
    List<BodyFault> faults() {
        return faults;
    }

    /** Members of this problem beside those that all have. */
    Map<String, Object> members() {
        return members;
    }

    /** The name of the parameter that is to blame, null where none is. */
    public String parameter() {
        return parameter;
    }
}
