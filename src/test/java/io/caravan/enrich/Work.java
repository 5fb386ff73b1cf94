package io.caravan.enrich;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.function.Consumer;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Measures work in a way that repeats: the branches and calls of Caravan's own classes and of its JSON parser, counted one by
 * one, and the bytes that they allocate. Time would depend on who else uses the machine. What a method of the JDK does inside
 * counts as one call and its bytes. Used by one thread.
 *
 * @param steps branches and calls
 * @param bytes allocated
 */
public record Work(long steps, long bytes) {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long counter;

    /** Called by the counted classes. */
    public static void step() {
        counter++;
    }

    /** What a task takes for an input; less of two measurements, for the first one may fill a cache. */
    static <T> Work of(Consumer<T> task, T input) {
        Work first = once(task, input);
        Work second = once(task, input);
        return new Work(Math.min(first.steps, second.steps), Math.min(first.bytes, second.bytes));
    }

    private static <T> Work once(Consumer<T> task, T input) {
        long steps = counter;
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        task.accept(input);
        return new Work(counter - steps, THREADS.getCurrentThreadAllocatedBytes() - bytes);
    }

    /** An instance of a task whose own classes, and all of Caravan's and of the parser that it uses, are counted. */
    @SuppressWarnings("unchecked")
    static <T> Consumer<T> counted(Class<? extends Consumer<T>> task) {
        try {
            var constructor = new CountingLoader().loadClass(task.getName()).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Consumer<T>) constructor.newInstance();
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class CountingLoader extends ClassLoader {

        CountingLoader() {
            super(Work.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!isCounted(name)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        /** The validator of the registry hands out nodes of the parser: both must know the same classes. */
        private static boolean isCounted(String name) {
            return name.startsWith("io.caravan.") && !name.equals(Work.class.getName())
                    || name.startsWith("com.fasterxml.jackson.")
                    || name.startsWith("com.networknt.");
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (file == null) {
                    throw new ClassNotFoundException(name);
                }
                ClassReader reader = new ClassReader(file.readAllBytes());
                ClassWriter writer = new ClassWriter(0);
                reader.accept(new CountingVisitor(writer), 0);
                byte[] counted = writer.toByteArray();
                return defineClass(name, counted, 0, counted.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static final class CountingVisitor extends ClassVisitor {

        CountingVisitor(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] exceptions) {
            return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, type, signature, exceptions)) {
                @Override
                public void visitJumpInsn(int opcode, Label label) {
                    count();
                    super.visitJumpInsn(opcode, label);
                }

                @Override
                public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
                    count();
                    super.visitMethodInsn(opcode, owner, name, type, isInterface);
                }

                private void count() {
                    super.visitMethodInsn(
                            Opcodes.INVOKESTATIC, Work.class.getName().replace('.', '/'), "step", "()V", false);
                }
            };
        }
    }
}
