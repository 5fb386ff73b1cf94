package io.caravan.window;

import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import io.caravan.registry.DeviceTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which widths the windows of a device have: those that its type declares in the registry in use and, since all are made of
 * it, the smallest common one; the common ones where it declares none. Thread-safe.
 */
public final class TypeWidths {

    private final Widths common;
    private final Supplier<DeviceTypes> registry;
    private volatile InUse inUse;

    /** @param common the widths of types that declare none; those of the registry are multiples of the smallest */
    public TypeWidths(Widths common, DeviceRegistry registry) {
        this(common, registry::types);
    }

    private TypeWidths(Widths common, Supplier<DeviceTypes> registry) {
        this.common = common;
        this.registry = registry;
    }

    /** The same widths for all devices. */
    public static TypeWidths forAll(Widths common) {
        return new TypeWidths(common, () -> null);
    }

    /** The widths of types that declare none. */
    public Widths common() {
        return common;
    }

    /** The widths as they are now; the same object until the registry changes. */
    public InUse inUse() {
        DeviceTypes types = registry.get();
        InUse known = inUse;
        if (known == null || known.types != types) {
            known = new InUse(types, common);
            inUse = known;
        }
        return known;
    }

    /** The widths of one version of the registry. Immutable. */
    public static final class InUse {

        private final DeviceTypes types;
        private final Widths common;
        private final Map<String, List<Width>> own = new LinkedHashMap<>();
        private final List<Width> all;

        private InUse(DeviceTypes types, Widths common) {
            this.types = types;
            this.common = common;
            for (DeviceType type : types == null ? List.<DeviceType>of() : types.all()) {
                if (!type.windows().isEmpty()) {
                    own.put(type.name(), together(Stream.of(common.smallest()), widthsOf(type)));
                }
            }
            all = together(common.all().stream(), own.values().stream().flatMap(List::stream));
        }

        private static Stream<Width> widthsOf(DeviceType type) {
            return type.windows().stream().map(window -> new Width((int) window.toSeconds()));
        }

        private static List<Width> together(Stream<Width> some, Stream<Width> more) {
            return List.copyOf(Stream.concat(some, more).collect(Collectors.toCollection(TreeSet::new)));
        }

        /** The widths of types that declare none, the smallest first. */
        public List<Width> common() {
            return common.all();
        }

        /** The widths of the types that declare some, the smallest first. */
        public Map<String, List<Width>> own() {
            return own;
        }

        /** The widths that devices of any type have, the smallest first. */
        public List<Width> all() {
            return all;
        }

        /** One of {@link #all} by its name, in any unit. */
        public Optional<Width> named(String name) {
            return Widths.width(name).filter(all::contains);
        }

        @Override
        public String toString() {
            return own.isEmpty() ? common.toString() : common + " (of types " + own + ")";
        }
    }
}
