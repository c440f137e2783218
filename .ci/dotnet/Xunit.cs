// The part of xUnit that the tests of the C# starter use: no package here has xUnit itself.
namespace Xunit;

[AttributeUsage(AttributeTargets.Method)]
public class FactAttribute : Attribute
{
    public virtual string? Skip { get; set; }
}

public class TheoryAttribute : FactAttribute;

[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public class InlineDataAttribute(params object?[] data) : Attribute
{
    public object?[] Data => data;
}

public class AssertException(string message) : Exception(message);

public static class Assert
{
    public static void True(bool holds, string? message = null)
    {
        if (!holds) throw new AssertException(message ?? "It does not hold.");
    }

    public static void False(bool holds) => True(!holds);

    public static void Equal<T>(T expected, T actual) =>
        True(EqualityComparer<T>.Default.Equals(expected, actual), $"Expected {expected}, got {actual}.");

    public static void All<T>(IEnumerable<T> all, Action<T> check)
    {
        foreach (var one in all) check(one);
    }

    public static void DoesNotContain(string part, string text) => True(!text.Contains(part), $"It has {part}.");

    public static T Throws<T>(Func<object?> act) where T : Exception =>
        ThrowsAsync<T>(() => Task.FromResult(act())).GetAwaiter().GetResult();

    public static async Task<T> ThrowsAsync<T>(Func<Task> act) where T : Exception
    {
        try
        {
            await act();
        }
        catch (T error) when (error.GetType() == typeof(T))
        {
            return error;
        }
        throw new AssertException($"Nothing threw a {typeof(T).Name}.");
    }
}
